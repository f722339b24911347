"""Publications by plan: planned, followed while their sessions move, and rolled back with the sessions they moved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import Connection

from botflow.errors import RejectedInbound
from botflow.records.access import Principal
from botflow.records.publications import Progress, PublicationRecord, PublicationState
from botflow.runtime.app import Runtime
from botflow.service.cursors import PAGE, page_of, read_cursor
from botflow.service.models import Page, Shown
from botflow.service.refusals import check_no_canary, slug_in, unknown_workflow
from botflow.service.workflows.publication_models import MoveTo, PlainMove, PublicationPlan
from botflow.service.workflows.publication_plans import Planner
from botflow.storage.service.audit_log import record_change
from botflow.storage.service.workflows import publications
from botflow.storage.service.workflows.drafts import get_draft
from botflow.storage.service.workflows.versions import active_version
from botflow.storage.workflow_versions import activate_version

_SORT = "-id"


class Publication(Shown):
    """A publication by plan. `state` is moving, done, returning or returned.

    `waiting` sessions have still to be moved; `gone_on` had gone on when they should return, and stay. `refused` counts
    those that could not move, by reason.
    """

    id: int
    workflow: str
    state: PublicationState
    version: int | None
    replaced: int | None
    author: str
    created_at: datetime
    finished_at: datetime | None
    waiting: int
    moved: int
    stayed: int
    returned: int
    gone_on: int
    refused: dict[str, int]


class Publications:
    """The publications of the workflows of the caller's organization."""

    def __init__(self, runtime: Runtime, caller: Principal) -> None:
        self._runtime = runtime
        self._engine = runtime.database.within(caller.organization)
        self._log = structlog.get_logger("botflow.service")
        self._caller = caller

    async def plan_publication(
        self, workflow: str, moves: Mapping[str, PlainMove | MoveTo] | None = None, *, default: PlainMove = "stay"
    ) -> PublicationPlan:
        """Say what publishing the draft would do to every session that waits, and return a token that does just this.

        FlowProblems when the draft has errors; RejectedInbound `plan.unknown_node` (422).
        """
        return await Planner(self._runtime, self._caller).plan(workflow, moves or {}, default)

    async def get_publications(
        self, workflow: str, *, cursor: str | None = None, limit: int = PAGE
    ) -> Page[Publication]:
        """Return a page of the workflow's publications by plan, the newest first."""
        slug, after = slug_in(workflow), read_cursor(cursor, _SORT, (int,))
        found, progress = await self._engine.read(self._list, slug, after, limit)
        return page_of(found, limit, _SORT, lambda row: (row.id,), lambda row: _shown(slug, row, progress[row.id]))

    async def get_publication(self, workflow: str, publication: int) -> Publication:
        """RejectedInbound `publication.unknown` (404)."""
        return await self._engine.read(self._get, slug_in(workflow), publication)

    async def rollback_publication(self, workflow: str, publication: int) -> Publication:
        """Serve the former version again, and return the sessions that have not gone on since they were moved.

        RejectedInbound `publication.replaced` (409) when another version is active, `publication.first` (409) when
        there was none before, `publication.returned` (409) when it was rolled back, `publication.of_abort` (409) for
        one that moved the sessions of an aborted canary, `canary.running` (409).
        """
        slug = slug_in(workflow)
        await self._engine.write(self._roll_back, slug, publication)
        self._log.info("publication_rolled_back", workflow=slug, publication=publication)
        await self._runtime.flows.refresh()
        self._runtime.mover.expect()
        return await self.get_publication(workflow, publication)

    def _list(
        self, connection: Connection, slug: str, after: Sequence[Any] | None, limit: int
    ) -> tuple[list[PublicationRecord], dict[int, Progress]]:
        organization = self._caller.organization
        if get_draft(connection, organization, slug) is None:
            raise unknown_workflow(slug)
        found = publications.list_publications(connection, organization, slug, after, limit)
        return found, publications.read_progress(connection, [row.id for row in found])

    def _get(self, connection: Connection, slug: str, id: int) -> Publication:
        row = publications.get_publication(connection, self._caller.organization, slug, id)
        if row is None:
            raise _unknown(slug, id)
        return _shown(slug, row, publications.read_progress(connection, [id])[id])

    def _roll_back(self, connection: Connection, slug: str, id: int) -> None:
        organization = self._caller.organization
        draft = get_draft(connection, organization, slug, lock=True)
        row = publications.get_publication(connection, organization, slug, id, lock=True)
        if draft is None or row is None:
            raise _unknown(slug, id)
        if row.state in ("returning", "returned"):
            raise _not_now(id, "publication.returned", "has been rolled back")
        if row.facts.only_from is not None:
            raise _not_now(id, "publication.of_abort", "returned the sessions of a canary, which has ended")
        if row.from_number is None:
            raise _not_now(id, "publication.first", "was the first: there is no version to return to")
        active = active_version(connection, draft.workflow)
        if active is None or active.id != row.to_version:
            raise _not_now(id, "publication.replaced", "is not the last one: another version is active")
        check_no_canary(connection, draft.workflow, slug)
        activate_version(connection, slug, row.from_number)
        publications.begin_return(connection, id)
        record_change(
            connection,
            self._caller,
            "workflow.publication_rolled_back",
            f"workflow:{slug}",
            before={"version": row.to_number, "publication": id},
            after={"version": row.from_number},
        )


def _unknown(workflow: str, id: int) -> RejectedInbound:
    return RejectedInbound(
        f"the workflow {workflow[:64]!r} has no publication {id}",
        code="publication.unknown",
        hint=f"list them with GET /api/v1/workflows/{workflow[:64]}/publications",
        status=404,
    )


def _not_now(id: int, code: str, why: str) -> RejectedInbound:
    hint = "make a version active with POST /api/v1/workflows/WORKFLOW/versions/VERSION/rollback; sessions stay"
    return RejectedInbound(f"publication {id} {why}", code=code, hint=hint, status=409)


def _shown(slug: str, row: PublicationRecord, progress: Progress) -> Publication:
    sums = progress.sessions
    return Publication(
        id=row.id,
        workflow=slug,
        state=row.state,
        version=row.to_number,
        replaced=row.from_number,
        author=row.author,
        created_at=row.created_at,
        finished_at=row.finished_at,
        waiting=sums.get("waiting", 0),
        moved=sums.get("moved", 0),
        stayed=sums.get("stayed", 0),
        returned=sums.get("returned", 0),
        gone_on=sums.get("gone_on", 0),
        refused=dict(progress.refused),
    )
