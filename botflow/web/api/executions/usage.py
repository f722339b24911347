"""Usage over HTTP: calls of models, what they cost, and how often nodes and edges were visited."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from starlette.responses import Response

from botflow.records.access import Scope
from botflow.service.executions.ai_calls import AiCall
from botflow.service.executions.usage import Usage, VariantResults, VariantsWanted, WorkflowCounts
from botflow.service.models import Page
from botflow.storage.service.executions.ai_calls import CallFilter, GroupBy
from botflow.web.api.executions.executions import ONE, linked
from botflow.web.rest.operation import Call, Operation
from botflow.web.rest.query import LARGEST_NUMBER, Moment, PageQuery, Query, QueryText

TAG = "Usage"
_READS = Scope.EXECUTIONS_READ


class CallQuery(PageQuery):
    """Which calls of models. A topic is `workflow.node`; `topic` is what it begins with. `after` and `before` are times
    of the start of their execution."""

    workflow: QueryText | None = None
    model: QueryText | None = None
    topic: QueryText | None = None
    after: Moment | None = None
    before: Moment | None = None


class UsageQuery(Query):
    """Of which calls, and by what. Without times they are the last 31 days, which is the longest time. `version` is one
    of the workflow's."""

    group_by: GroupBy = "workflow"
    workflow: QueryText | None = None
    version: Annotated[int, Field(ge=1, le=LARGEST_NUMBER)] | None = None
    model: QueryText | None = None
    topic: QueryText | None = None
    after: Moment | None = None
    before: Moment | None = None


class CountsQuery(Query):
    """Of which version, the active one if none is named, and of executions that started when: the last 31 days, which
    is the longest time."""

    version: Annotated[int, Field(ge=1, le=LARGEST_NUMBER)] | None = None
    after: Moment | None = None
    before: Moment | None = None


class VariantsQuery(Query):
    """Of which split, by its node's id, and which node is the goal; in one version or in all. Of conversations that
    began when: the last 31 days, which is the longest time."""

    node: QueryText
    goal: QueryText | None = None
    version: Annotated[int, Field(ge=1, le=LARGEST_NUMBER)] | None = None
    after: Moment | None = None
    before: Moment | None = None


async def get_ai_calls(call: Call) -> Response:
    """List calls of models with prompts and answers, those of the newest execution first. A page with less than `limit`
    calls may have another one after it: `next` says so."""
    query: CallQuery = call.query
    found = await call.service.ai_calls.get_ai_calls(_wanted(query), cursor=query.cursor, limit=query.limit)
    return linked(call, found)


async def get_execution_ai_calls(call: Call) -> Response:
    """List an execution's calls of models, in their order."""
    query: PageQuery = call.query
    found = await call.service.ai_calls.get_execution_ai_calls(
        call.path["execution"], cursor=query.cursor, limit=query.limit
    )
    return linked(call, found)


async def get_ai_call(call: Call) -> Response:
    """Read a call of a model; 404 when it is not recorded."""
    return linked(call, await call.service.ai_calls.get_ai_call(call.path["call"]))


async def get_usage(call: Call) -> Usage:
    """Sum up calls, tokens and cost of models by workflow, node, model, or day."""
    query: UsageQuery = call.query
    return await call.service.reports.get_usage(query.group_by, _wanted(query))


async def get_workflow_counts(call: Call) -> WorkflowCounts:
    """Count the visits of each node and edge of a version, and who waits at each node now."""
    query: CountsQuery = call.query
    return await call.service.reports.get_workflow_counts(
        call.path["workflow"], query.version, query.after, query.before
    )


async def get_variant_results(call: Call) -> VariantResults:
    """Count what became of each variant of a split: conversations, people, and how many reached the goal."""
    query: VariantsQuery = call.query
    wanted = VariantsWanted(
        node=query.node, goal=query.goal, version=query.version, after=query.after, before=query.before
    )
    return await call.service.reports.get_variant_results(call.path["workflow"], wanted)


def _wanted(query: CallQuery | UsageQuery) -> CallFilter:
    return CallFilter(
        workflow=query.workflow,
        version=query.version if isinstance(query, UsageQuery) else None,
        model=query.model,
        topic=query.topic,
        after=query.after,
        before=query.before,
    )


OPERATIONS = (
    Operation(
        method="GET",
        path="/ai-calls",
        handler=get_ai_calls,
        scope=_READS,
        tag=TAG,
        query=CallQuery,
        answer=Page[AiCall],
    ),
    Operation(method="GET", path="/ai-calls/{call}", handler=get_ai_call, scope=_READS, tag=TAG, answer=AiCall),
    Operation(
        method="GET",
        path=f"{ONE}/ai-calls",
        handler=get_execution_ai_calls,
        scope=_READS,
        tag=TAG,
        query=PageQuery,
        answer=Page[AiCall],
    ),
    Operation(method="GET", path="/usage", handler=get_usage, scope=_READS, tag=TAG, query=UsageQuery, answer=Usage),
    Operation(
        method="GET",
        path="/workflows/{workflow}/counts",
        handler=get_workflow_counts,
        scope=_READS,
        tag=TAG,
        query=CountsQuery,
        answer=WorkflowCounts,
    ),
    Operation(
        method="GET",
        path="/workflows/{workflow}/variants",
        handler=get_variant_results,
        scope=_READS,
        tag=TAG,
        query=VariantsQuery,
        answer=VariantResults,
    ),
)
