"""What executions have used, and how often their nodes were visited: computed from the journal and the traces.

Each answer is about executions that started within a time of at most MOST_DAYS: that bounds what is read.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
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
from botflow.storage.service.executions.variant_counts import VariantCount, count_variants

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


@dataclass(frozen=True, slots=True, kw_only=True)
class VariantsWanted:
    """Of which split, a node; `goal` is the node that counts as a success."""

    node: str
    goal: str | None = None
    version: int | None = None
    after: datetime | None = None
    before: datetime | None = None


class VariantResult(Shown):
    """What became of one variant."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    variant: str
    conversations: int
    """How many conversations and runs got it."""
    people: int
    """How many people these were; each keeps their variant in all their conversations."""
    reached: int | None
    """How many of the conversations reached the goal; null without one."""
    people_reached: int | None
    """How many of the people did."""
    completed: int
    failed: int
    waiting: int


class VariantResults(Shown):
    """The variants of a split, by the conversations that began from `after` until before `before`."""

    workflow: str
    node: str
    goal: str | None
    after: datetime
    before: datetime
    variants: list[VariantResult]


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
        if found is None:
            raise _unknown(workflow, version)
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

    async def get_variant_results(self, workflow: str, wanted: VariantsWanted) -> VariantResults:
        """Return what became of each variant of a `logic.split`, in all versions if none is named; without times in the
        last 31 days. RejectedInbound `workflow.unknown` or `version.unknown` (404), `query.range`."""
        now = self._clock.now().astimezone(UTC)
        return await self._engine.read(read_variants, self._caller.organization, workflow, wanted, now)


def read_variants(
    connection: Connection,
    organization: int,
    workflow: str,
    wanted: VariantsWanted,
    now: datetime,
) -> VariantResults:
    """Return what became of each variant of a split. Refused as `get_variant_results` is."""
    since, until = _range(wanted.after, wanted.before, now)
    slug = slug_in(workflow)
    found = count_variants(
        connection,
        organization,
        slug,
        node=wanted.node,
        goal=wanted.goal,
        version=wanted.version,
        after=since,
        before=until,
    )
    if found is None:
        raise _unknown(workflow, wanted.version)
    return VariantResults(
        workflow=slug,
        node=wanted.node,
        goal=wanted.goal,
        after=since,
        before=until,
        variants=[_variant_result(count, has_goal=wanted.goal is not None) for count in found],
    )


def _variant_result(count: VariantCount, *, has_goal: bool) -> VariantResult:
    counted = asdict(count)
    return VariantResult(**(counted if has_goal else {**counted, "reached": None, "people_reached": None}))


def _unknown(workflow: str, version: int | None) -> RejectedInbound:
    if version is None:
        return unknown_workflow(workflow)
    return RejectedInbound(
        f"there is no version {version} of a workflow {workflow[:64]!r}",
        code="version.unknown",
        hint=f"list them with GET /api/v1/workflows/{workflow[:64]}/versions",
        status=404,
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
