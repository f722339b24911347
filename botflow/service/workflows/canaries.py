"""Canaries: a version that a share of the new executions gets, compared with the active one, then promoted or aborted.

A conversation's arm is decided once, when an execution begins, by `records/canaries.py`; from then on its session has
its version. So the sessions of both versions go on beside each other, whatever becomes of the canary. An end by plan
moves them as a publication does (`runtime/publications/mover.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import structlog
from sqlalchemy import Connection

from botflow.crash_points import reach
from botflow.engine.moves.move import Version
from botflow.records.access import Principal
from botflow.records.canaries import CanaryEnd, CanaryRecord
from botflow.records.publications import PlanFacts
from botflow.runtime.app import Runtime
from botflow.runtime.publications.rehearsal import Rehearsal
from botflow.service.cursors import PAGE, page_of, read_cursor
from botflow.service.executions.usage import MOST_DAYS, NodeCount
from botflow.service.models import Page
from botflow.service.refusals import slug_in, unknown_workflow
from botflow.service.workflows import canary_changes
from botflow.service.workflows.canary_models import ArmReport, Canary, CanaryPlan, CanaryReport
from botflow.service.workflows.publication_models import MoveTo, PlainMove
from botflow.service.workflows.publication_plans import Planner, check_places, counted_sessions, read_moves
from botflow.service.workflows.publishing import compile_draft
from botflow.storage.service.executions.ai_calls import CallFilter, usage_by
from botflow.storage.service.executions.node_counts import count_nodes
from botflow.storage.service.workflows import canaries
from botflow.storage.service.workflows.drafts import get_draft
from botflow.storage.service.workflows.versions import active_version, version_numbers

_SORT = "-id"
_FALLBACKS, _ERRORS = "fallback", "error"


class Canaries:
    """The canaries of the workflows of the caller's organization."""

    def __init__(self, runtime: Runtime, caller: Principal) -> None:
        self._runtime = runtime
        self._engine = runtime.database.within(caller.organization)
        self._flows = runtime.flows
        self._log = structlog.get_logger("botflow.service")
        self._caller = caller

    async def create_canary(
        self,
        workflow: str,
        percent: int,
        *,
        version: int | None = None,
        message: str = "",
        if_revision: int | None = None,
    ) -> Canary:
        """Let `percent` of the new executions begin in a version of the draft, or in the version with this number: here
        at once, in other processes within a second.

        FlowProblems when the draft has errors, or credentials that it may not use; RejectedInbound `draft.changed`
        (412), `version.unknown` (404), `canary.running`, `canary.same_version`, `workflow.not_published` (409).
        """
        organization, slug = self._caller.organization, slug_in(workflow)
        if version is not None:
            args = (self._caller, slug, version, percent)
            begun = await self._engine.write(canary_changes.try_version, *args)
        else:
            types, compiled = self._runtime.node_types, partial(compile_draft, safe=self._runtime.vault.safe)
            draft, bundle = await self._engine.read(compiled, organization, slug, types, if_revision)
            begun = await self._engine.write(canary_changes.try_draft, self._caller, draft, bundle, percent, message)
        return await self._told("canary_begun", slug, begun)

    async def get_canaries(self, workflow: str, *, cursor: str | None = None, limit: int = PAGE) -> Page[Canary]:
        """Return a page of the workflow's canaries, the newest first."""
        slug, after = slug_in(workflow), read_cursor(cursor, _SORT, (int,))
        found = await self._engine.read(self._list, slug, after, limit)
        return page_of(found, limit, _SORT, lambda row: (row.id,), lambda row: _shown(slug, row))

    async def get_canary(self, workflow: str, canary: int) -> Canary:
        """RejectedInbound `canary.unknown` (404)."""
        slug = slug_in(workflow)
        return _shown(slug, await self._read(slug, canary))

    async def update_canary(
        self, workflow: str, canary: int, percent: int, *, if_revision: int | None = None
    ) -> Canary:
        """Give a canary a larger or smaller share of the new executions; those under way stay in their version.

        RejectedInbound `canary.unknown` (404), `canary.ended` (409), `canary.changed` (412).
        """
        slug = slug_in(workflow)
        args = (self._caller, slug, canary, percent, if_revision)
        return await self._told("canary_weighted", slug, await self._engine.write(canary_changes.weigh, *args))

    async def plan_canary_end(
        self,
        workflow: str,
        canary: int,
        end: CanaryEnd,
        moves: Mapping[str, PlainMove | MoveTo] | None = None,
        *,
        default: PlainMove = "stay",
    ) -> CanaryPlan:
        """Say what an end would do to every session that waits, and return a token that does just this.

        RejectedInbound `canary.unknown`, `canary.ended`, `plan.unknown_node` (422).
        """
        slug = slug_in(workflow)
        record = await self._read(slug, canary)
        canary_changes.check_running(record)
        active = await self._engine.read(active_version, record.workflow)
        assert active is not None, "a canary runs beside it"
        former, target = (active.id, record.version) if end == "promote" else (record.version, active.id)
        only_from = None if end == "promote" else record.version
        flow, wanted = await self._flows.version(target), read_moves(moves or {}, default)
        planner = Planner(self._runtime, self._caller)
        rehearsal = Rehearsal(Version(flow, self._runtime.node_types), wanted)
        await planner.try_sessions(record.workflow, rehearsal, only_from)
        check_places(wanted, flow, await self._flows.version(former), {place for _, place in rehearsal.groups})
        token, expires_at = await planner.keep(
            record.workflow,
            PlanFacts(
                revision=None, active=active.id, digest=flow.digest, moves=wanted, canary=canary, only_from=only_from
            ),
        )
        numbers = await self._engine.read(version_numbers, record.workflow)
        counted = counted_sessions(slug, rehearsal, numbers, wanted)
        return CanaryPlan(**dict(counted), canary=canary, end=end, token=token, expires_at=expires_at)

    async def promote_canary(
        self, workflow: str, canary: int, *, token: str | None = None, if_revision: int | None = None
    ) -> Canary:
        """Make the canary's version the active one. With the `token` of a plan, sessions in other versions are moved as
        it says; without one, all stay.

        RejectedInbound `canary.unknown` (404), `canary.ended` (409), `canary.changed`, `plan.stale` (412),
        `plan.unknown` (404); FlowProblems for credentials that are gone.
        """
        return await self._end(workflow, canary, "promote", token, if_revision)

    async def abort_canary(
        self, workflow: str, canary: int, *, token: str | None = None, if_revision: int | None = None
    ) -> Canary:
        """Let all new executions begin in the active version again. With the `token` of a plan, sessions in the version
        on trial return as it says; without one, they stay there until they end. RejectedInbound as `promote_canary`."""
        return await self._end(workflow, canary, "abort", token, if_revision)

    async def get_canary_report(self, workflow: str, canary: int) -> CanaryReport:
        """Return how the executions of both versions do that began while the canary runs. RejectedInbound
        `canary.unknown` (404)."""
        return await self._engine.read(
            self._report, slug_in(workflow), canary, self._runtime.clock.now().astimezone(UTC)
        )

    async def _end(
        self, workflow: str, canary: int, how: CanaryEnd, token: str | None, if_revision: int | None
    ) -> Canary:
        slug = slug_in(workflow)
        ended = await self._engine.write(canary_changes.end, self._caller, slug, canary, how, token, if_revision)
        if ended.publication is not None:
            reach("publication.begun")
            self._runtime.mover.expect()
        return await self._told(f"canary_{ended.state}", slug, ended)

    async def _told(self, event: str, slug: str, canary: CanaryRecord) -> Canary:
        """Serve what has changed, in this process at once."""
        facts = {"version": canary.number, "percent": canary.percent, "canary": canary.id}
        self._log.info(event, workflow=slug, **facts)
        await self._flows.refresh()
        return _shown(slug, canary)

    async def _read(self, slug: str, canary: int) -> CanaryRecord:
        return await self._engine.read(canary_changes.read_canary, self._caller.organization, slug, canary)

    def _list(self, connection: Connection, slug: str, after: Sequence[Any] | None, limit: int) -> list[CanaryRecord]:
        organization = self._caller.organization
        if get_draft(connection, organization, slug) is None:
            raise unknown_workflow(slug)
        return canaries.list_canaries(connection, organization, slug, after, limit)

    def _report(self, connection: Connection, slug: str, id: int, now: datetime) -> CanaryReport:
        canary = canary_changes.read_canary(connection, self._caller.organization, slug, id)
        before = canary.ended_at or now
        after = max(canary.created_at, before - timedelta(days=MOST_DAYS))
        on_trial, base = (
            self._arm(connection, slug, version, number, after, before)
            for version, number in ((canary.version, canary.number), (canary.base, canary.base_number))
        )
        return CanaryReport(workflow=slug, canary=id, after=after, before=before, on_trial=on_trial, base=base)

    def _arm(
        self, connection: Connection, slug: str, version: int, number: int, after: datetime, before: datetime
    ) -> ArmReport:
        organization = self._caller.organization
        counts = count_nodes(connection, organization, slug, number, after, before)
        assert counts is not None, "versions are never deleted"
        wanted = CallFilter(workflow=slug, version=number, after=after, before=before)
        calls = usage_by(connection, organization, "workflow", wanted)
        statuses = canaries.count_statuses(connection, version, after, before)
        return ArmReport(
            version=number,
            started=counts.executions,
            statuses=statuses,
            fallbacks=sum(count for (_, handle, _), count in counts.edges.items() if handle == _FALLBACKS),
            errors=sum(count for (_, handle, _), count in counts.edges.items() if handle == _ERRORS),
            handoffs=counts.handoffs,
            calls=sum(row.calls for row in calls),
            cost_usd=sum(row.cost for row in calls),
            nodes=[
                NodeCount(node=node, visits=counts.visits.get(node, 0), waiting=counts.waiting.get(node, 0))
                for node in sorted({*counts.visits, *counts.waiting})
            ],
        )


def _shown(slug: str, row: CanaryRecord) -> Canary:
    return Canary(
        id=row.id,
        workflow=slug,
        state=row.state,
        version=row.number,
        base=row.base_number,
        percent=row.percent,
        revision=row.revision,
        author=row.author,
        created_at=row.created_at,
        ended_at=row.ended_at,
        publication=row.publication,
    )
