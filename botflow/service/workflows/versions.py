"""Versions: what was published, numbered and never changed. An execution stays on the version it began with."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Annotated, Any

import structlog
from pydantic import Field
from sqlalchemy import Connection

from botflow.crash_points import reach
from botflow.records.access import Principal
from botflow.runtime.app import Runtime
from botflow.service.credentials.credential_uses import check_credentials
from botflow.service.cursors import PAGE, page_of, read_cursor
from botflow.service.models import Body, Page, Shown
from botflow.service.refusals import check_no_canary, slug_in, unknown_version, unknown_workflow
from botflow.service.workflows.publishing import compile_draft, publish_draft
from botflow.storage.service.audit_log import record_change
from botflow.storage.service.workflows import versions
from botflow.storage.service.workflows.drafts import get_draft
from botflow.storage.service.workflows.versions import VersionRow
from botflow.storage.workflow_versions import activate_version

_SORT = "-version"


class Version(Shown):
    """A published version. `author` and `message` are null for one that came from a file."""

    version: int
    active: bool
    author: str | None
    message: str | None
    published_at: datetime


class VersionDetail(Version):
    """A version with its documents: the workflow's own, and those of its subflows, by id."""

    documents: dict[str, Any]


class Publishing(Body):
    """What to say of a publication, and the token of its plan, which moves sessions."""

    example = '{"message": "Asks for the size first"}'

    message: Annotated[str, Field(max_length=1_000)] = ""
    token: Annotated[str, Field(min_length=1, max_length=100)] | None = None


class Published(Shown):
    """What a publication did: the version that new executions get now, and the one that they got before.

    `publication` is the one whose sessions move now, null without a plan."""

    workflow: str
    version: int
    replaced: int | None
    publication: int | None = None


class Versions:
    """The versions of the workflows of the caller's organization."""

    def __init__(self, runtime: Runtime, caller: Principal) -> None:
        self._engine = runtime.database.within(caller.organization)
        self._flows = runtime.flows
        self._log = structlog.get_logger("botflow.service")
        self._mover = runtime.mover
        self._node_types = runtime.node_types
        self._safe = runtime.vault.safe
        self._caller = caller

    async def get_versions(self, workflow: str, *, cursor: str | None = None, limit: int = PAGE) -> Page[Version]:
        """Return a page of versions, the newest first."""
        after = read_cursor(cursor, _SORT, (int,))
        found = await self._engine.read(self._list, slug_in(workflow), after, limit)
        return page_of(found, limit, _SORT, lambda row: (row.number,), _shown)

    async def get_version(self, workflow: str, version: int) -> VersionDetail:
        """RejectedInbound `version.unknown` (404)."""
        organization = self._caller.organization
        found = await self._engine.read(versions.get_version, organization, slug_in(workflow), version)
        if found is None:
            raise unknown_version(workflow, version)
        row, documents = found
        return VersionDetail(**dict(_shown(row)), documents=documents)

    async def publish_workflow(
        self, workflow: str, message: str = "", *, if_revision: int | None = None, token: str | None = None
    ) -> Published:
        """Make a version of the draft, and serve it: here at once, in other processes within a second. With the `token`
        of a plan, the sessions that wait in former versions are moved as it says; without one, all stay.

        FlowProblems when the draft has errors, or names credentials that it may not use; RejectedInbound
        `draft.changed` (412) when somebody edits it meanwhile, `plan.stale` (412) when it is not what was planned,
        `plan.unknown` (404) when the plan has expired.
        """
        organization, slug = self._caller.organization, slug_in(workflow)
        compiled = partial(compile_draft, safe=self._safe)
        draft, bundle = await self._engine.read(compiled, organization, slug, self._node_types, if_revision)
        done = await self._engine.write(publish_draft, self._caller, draft, bundle, message, token)
        if done.moving is not None:
            reach("publication.begun")
            self._mover.expect()
        return await self._served(workflow, done.publication.active, done.publication.before, done.moving)

    async def rollback_workflow(self, workflow: str, version: int) -> Published:
        """Let new executions get this version again. RejectedInbound `version.unknown` (404)."""
        before = await self._engine.write(self._activate, slug_in(workflow), version)
        return await self._served(workflow, version, before)

    async def _served(
        self, workflow: str, version: int, before: int | None, publication: int | None = None
    ) -> Published:
        if before != version:
            self._log.info("workflow_version_replaced", workflow=workflow, version=version, replaced=before)
        await self._flows.refresh()
        return Published(workflow=workflow, version=version, replaced=before, publication=publication)

    def _list(self, connection: Connection, slug: str, after: Sequence[Any] | None, limit: int) -> list[VersionRow]:
        organization = self._caller.organization
        if get_draft(connection, organization, slug) is None:
            raise unknown_workflow(slug)
        return versions.list_versions(connection, organization, slug, after, limit)

    def _activate(self, connection: Connection, slug: str, number: int) -> int:
        draft = get_draft(connection, self._caller.organization, slug, lock=True)
        found = versions.get_version(connection, self._caller.organization, slug, number)
        if draft is None or found is None:
            raise unknown_version(slug, number)
        check_no_canary(connection, draft.workflow, slug)
        check_credentials(connection, self._caller.organization, found[1])
        before = activate_version(connection, slug, number)
        assert before is not None, "it was there in this transaction"
        record_change(
            connection,
            self._caller,
            "workflow.rolled_back",
            f"workflow:{slug}",
            before={"version": before},
            after={"version": number},
        )
        return before


def _shown(row: VersionRow) -> Version:
    return Version(
        version=row.number,
        active=row.is_active,
        author=row.author,
        message=row.message,
        published_at=row.created_at,
    )
