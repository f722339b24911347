"""What executions have used, and how often their nodes were visited: computed from the journal and the traces.

Each answer is about executions that started within a time of at most MOST_DAYS: that bounds what is read.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from pydantic import ConfigDict
from sqlalchemy import Connection

from botflow.errors import RejectedInbound
from botflow.records.access import Principal
from botflow.service.models import Shown
from botflow.service.refusals import slug_in, unknown_workflow
from botflow.storage.service.executions import ai_calls
from botflow.storage.service.executions.ai_calls import CallFilter, GroupBy
from botflow.storage.service.executions.node_counts import count_nodes

if TYPE_CHECKING:
    from botflow.runtime.app import Runtime

MOST_DAYS = 31


class UsageGroup(Shown):
    """The calls of models of one workflow, node (as `workflow.node`), model, or day (UTC) on which executions
    started."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    name: str
    calls: int
    failures: int
    prompt_tokens: int
    completion_tokens: int
    cost_usd: float
    """US dollars, of the calls whose price is known."""
    unpriced: int
    """How many calls have no known price."""


class Usage(Shown):
    """Usage of the executions that started from `after` until before `before`, the dearest group first."""

    group_by: GroupBy
    after: datetime
    before: datetime
    groups: list[UsageGroup]


class NodeCount(Shown):
    """How often a node was visited, and how many executions wait there now."""

    node: str
    visits: int
    waiting: int


class EdgeCount(Shown):
    """How often an edge was followed; `target` is null where the graph ends."""

    source: str
    handle: str
    target: str | None
    count: int


class WorkflowCounts(Shown):
    """Visits of a version's nodes and edges, by its executions that started from `after` until before `before`."""

    workflow: str
    version: int
    after: datetime
    before: datetime
    executions: int
    nodes: list[NodeCount]
    edges: list[EdgeCount]


class Reports:
    """Usage and counts of the caller's organization."""

    def __init__(self, runtime: Runtime, caller: Principal) -> None:
        self._engine = runtime.database.within(caller.organization)
        self._clock = runtime.clock
        self._caller = caller

    async def get_usage(self, group_by: GroupBy, wanted: CallFilter) -> Usage:
        """Return the calls of models by group. Without times they are the last 31 days. RejectedInbound `query.version`
        (400) for a version without its workflow, `query.range`."""
        now = self._clock.now().astimezone(UTC)
        return await self._engine.read(read_usage, self._caller.organization, group_by, wanted, now)

    async def get_workflow_counts(
        self,
        workflow: str,
        version: int | None = None,
        after: datetime | None = None,
        before: datetime | None = None,
    ) -> WorkflowCounts:
        """Return how often the nodes and edges of a version were visited, the active one if none is named; without
        times in the last 31 days. RejectedInbound `workflow.unknown` or `version.unknown` (404)."""
        since, until = _range(after, before, self._clock.now().astimezone(UTC))
        slug, organization = slug_in(workflow), self._caller.organization
        found = await self._engine.read(count_nodes, organization, slug, version, since, until)
        if found is None and version is None:
            raise unknown_workflow(workflow)
        if found is None:
            raise RejectedInbound(
                f"there is no version {version} of a workflow {workflow[:64]!r}",
                code="version.unknown",
                hint=f"list them with GET /api/v1/workflows/{workflow[:64]}/versions",
                status=404,
            )
        return WorkflowCounts(
            workflow=slug,
            version=found.version,
            after=since,
            before=until,
            executions=found.executions,
            nodes=[
                NodeCount(node=node, visits=found.visits.get(node, 0), waiting=found.waiting.get(node, 0))
                for node in sorted({*found.visits, *found.waiting})
            ],
            edges=[
                EdgeCount(source=source, handle=handle, target=target or None, count=count)
                for (source, handle, target), count in sorted(found.edges.items())
            ],
        )


def read_usage(
    connection: Connection, organization: int, group_by: GroupBy, wanted: CallFilter, now: datetime
) -> Usage:
    """Return the calls of models by group, the dearest group first. Refused as `get_usage` is."""
    if wanted.version is not None and wanted.workflow is None:
        raise RejectedInbound(
            f"version {wanted.version} of which workflow?",
            code="query.version",
            hint="name the workflow, too: each has versions of its own",
        )
    after, before = _range(wanted.after, wanted.before, now)
    rows = ai_calls.usage_by(connection, organization, group_by, replace(wanted, after=after, before=before))
    groups = [
        UsageGroup(
            name=row.name,
            calls=row.calls,
            failures=row.failures,
            prompt_tokens=row.prompt,
            completion_tokens=row.completion,
            cost_usd=row.cost,
            unpriced=row.unpriced,
        )
        for row in rows
    ]
    return Usage(group_by=group_by, after=after, before=before, groups=groups)


def _range(after: datetime | None, before: datetime | None, now: datetime) -> tuple[datetime, datetime]:
    """Return the time that is asked for; RejectedInbound `query.range` (400) for one of more than MOST_DAYS."""
    longest = timedelta(days=MOST_DAYS)
    until = before or (after + longest if after is not None else now)
    since = after or until - longest
    if until - since > longest:
        raise RejectedInbound(
            f"from `after` to `before` are more than {MOST_DAYS} days",
            code="query.range",
            hint="ask for each month by itself",
        )
    return since, until
