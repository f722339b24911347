"""Workflows as editors see them: the draft, its revision, and the versions behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, insert, select, update

from botflow.storage.engines.dialects import clock_time, upsert
from botflow.storage.tables import workflow_versions, workflows
from botflow.storage.tables.service import drafts

_DRAFTS: Select[*tuple[Any, ...]] = (
    select(
        *(workflows.c.id, workflows.c.slug, workflows.c.status, workflows.c.created_at),
        *(drafts.c.document, drafts.c.revision, drafts.c.updated_by, drafts.c.updated_at),
        workflow_versions.c.documents,
    )
    .outerjoin(drafts, drafts.c.workflow_id == workflows.c.id)
    .outerjoin(workflow_versions, workflow_versions.c.id == workflows.c.active_version)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A workflow's draft. `revision` counts its edits, from 0 for one without edits: then `document` is that
    of the active version."""

    workflow: int
    slug: str
    status: str
    document: dict[str, Any]
    revision: int
    updated_by: str
    updated_at: datetime


def get_draft(connection: Connection, organization: int, slug: str, *, lock: bool = False) -> Draft | None:
    """Return the draft; None when the organization has no such workflow. `lock` keeps others from editing it until the
    transaction ends."""
    mine = (workflows.c.organization_id == organization, workflows.c.slug == slug)
    if lock:
        # A statement of its own: one that waited for the lock would read the draft as it was before it waited.
        connection.execute(select(workflows.c.id).where(*mine).with_for_update())
    row = connection.execute(_DRAFTS.where(*mine)).first()
    if row is None:
        return None
    bundle = row.documents or {}
    return Draft(
        workflow=row.id,
        slug=row.slug,
        status=row.status,
        document=row.document if row.document is not None else bundle[slug],
        revision=row.revision or 0,
        updated_by=row.updated_by or "",
        updated_at=row.updated_at or row.created_at,
    )


def organization_of(connection: Connection, slug: str) -> int | None:
    """Return the organization of a workflow, for callers that are bound to none; None if there is no such workflow."""
    organization: int | None = connection.execute(
        select(workflows.c.organization_id).where(workflows.c.slug == slug)
    ).scalar()
    return organization


def create_workflow(
    connection: Connection, organization: int, document: Mapping[str, Any], updated_by: str
) -> Draft | None:
    """Store a new workflow with its first draft, out of service; None when its id is taken."""
    slug, moment = str(document["id"]), clock_time(connection)
    row = (
        upsert(connection, workflows)
        .values(
            organization_id=organization,
            slug=slug,
            name=document["name"],
            status="draft",
            mode=document.get("executionMode", "persistent"),
            created_at=moment,
        )
        .on_conflict_do_nothing()
        .returning(workflows.c.id)
    )
    workflow = connection.execute(row).scalar()
    if workflow is None:
        return None
    connection.execute(
        insert(drafts).values(
            workflow_id=workflow, document=document, revision=1, updated_by=updated_by, updated_at=moment
        )
    )
    return get_draft(connection, organization, slug)


def save_draft(connection: Connection, draft: Draft, document: Mapping[str, Any], updated_by: str) -> int:
    """Store `document` as the next revision of a locked draft, and return the revision's number."""
    revision, moment = draft.revision + 1, clock_time(connection)
    values = {"document": document, "revision": revision, "updated_by": updated_by, "updated_at": moment}
    row = upsert(connection, drafts).values(workflow_id=draft.workflow, **values)
    connection.execute(row.on_conflict_do_update(index_elements=[drafts.c.workflow_id], set_=values))
    if draft.status == "draft":  # it has no version yet that its name and mode could come from
        named = {"name": document["name"], "mode": document.get("executionMode", "persistent")}
        connection.execute(update(workflows).where(workflows.c.id == draft.workflow).values(named))
    return revision


def active_documents(connection: Connection, organization: int, slugs: Sequence[str]) -> dict[str, Any]:
    """Return the documents of the active versions of these workflows, without their subflows, by id."""
    statement = (
        select(workflows.c.slug, workflow_versions.c.documents)
        .join(workflow_versions, workflow_versions.c.id == workflows.c.active_version)
        .where(workflows.c.organization_id == organization, workflows.c.slug.in_(slugs))
    )
    return {slug: documents[slug] for slug, documents in connection.execute(statement)}
