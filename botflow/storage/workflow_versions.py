"""Published versions of workflows, on both databases. A version is its content: the same digest is the same version."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, func, insert, select, update

from botflow.records.workflows import PublishedFlow, WorkflowStatus, WorkflowSummary
from botflow.storage.engines.dialects import now, upsert
from botflow.storage.engines.engine import Engine
from botflow.storage.tables import executions, organizations, sessions, workflow_versions, workflows

DEFAULT_ORGANIZATION = "default"
PUBLISHED: Select[*tuple[Any, ...]] = select(
    workflows.c.id,
    workflows.c.slug,
    workflow_versions.c.id,
    workflow_versions.c.number,
    workflow_versions.c.digest,
    workflow_versions.c.documents,
    workflows.c.status,
).join(workflow_versions, workflow_versions.c.workflow_id == workflows.c.id)


class OlderInUse(NamedTuple):
    """How many sessions go on in older versions, and in how many."""

    sessions: int
    versions: int


class FlowVersions:
    """Stores published versions, and finds them."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def publish(self, slug: str, name: str, digest: str, documents: dict[str, object]) -> PublishedFlow:
        """Store the bundle as the workflow's active version; the same digest again is the same version."""
        return await self._engine.write(_publish, slug, name, digest, documents)

    async def active(self) -> list[PublishedFlow]:
        """Return the active version of each active workflow, in the order of their slugs."""
        statement = PUBLISHED.where(
            workflow_versions.c.id == workflows.c.active_version, workflows.c.status == "active"
        ).order_by(workflows.c.slug)
        rows = await self._engine.read(lambda connection: connection.execute(statement).all())
        return [_published(tuple(row)) for row in rows]

    async def newest(self, slug: str) -> PublishedFlow | None:
        """Return the version of a workflow that is served, or would be if it were in service."""
        statement = PUBLISHED.where(workflows.c.slug == slug, workflow_versions.c.id == workflows.c.active_version)
        row = await self._engine.read(lambda connection: connection.execute(statement).first())
        return _published(tuple(row)) if row else None

    async def out_of_service(self) -> set[str]:
        """Return the slugs of the workflows that are not active."""
        statement = select(workflows.c.slug).where(workflows.c.status != "active")
        return set(await self._engine.read(lambda connection: connection.execute(statement).scalars().all()))

    async def older_in_use(self) -> OlderInUse:
        """Count the conversations and runs under way that go on in a version which is not active any more. Reads all
        sessions: for the start of a server."""
        counted = (
            select(func.count(), func.count(sessions.c.flow_version.distinct()))
            .join_from(sessions, workflows, workflows.c.id == sessions.c.workflow_id)
            .where(sessions.c.flow_version != workflows.c.active_version)
        )
        return OlderInUse(*await self._engine.read(lambda connection: connection.execute(counted).one()))

    async def list(self) -> list[WorkflowSummary]:
        """Return all workflows, in the order of their slugs."""
        return await self._engine.read(list_workflows)

    async def set_status(self, slug: str, status: WorkflowStatus) -> bool:
        """Put a workflow into service or take it out; False when there is none."""
        return await self._engine.write(set_status, slug, status)

    async def version(self, version: int) -> PublishedFlow | None:
        """Return the version with this id (not its number), active or not; None when there is none."""
        statement = PUBLISHED.where(workflow_versions.c.id == version)
        row = await self._engine.read(lambda connection: connection.execute(statement).first())
        return _published(tuple(row)) if row else None


def list_workflows(connection: Connection) -> list[WorkflowSummary]:
    """Return all workflows, in the order of their slugs, on the caller's connection."""
    under_way = (
        select(sessions.c.workflow_id, func.count().label("count"))
        .join(executions, executions.c.session_id == sessions.c.id)
        .where(executions.c.ended_at.is_(None))
        .group_by(sessions.c.workflow_id)
        .subquery()
    )
    columns = (workflows.c.slug, workflows.c.name, workflows.c.status, workflows.c.mode, workflow_versions.c.number)
    statement = (
        select(*columns, under_way.c.count)
        .outerjoin(workflow_versions, workflow_versions.c.id == workflows.c.active_version)
        .outerjoin(under_way, under_way.c.workflow_id == workflows.c.id)
        .order_by(workflows.c.slug)
    )
    return [
        WorkflowSummary(slug=slug, name=name, status=status, mode=mode, version=number or 0, under_way=count or 0)
        for slug, name, status, mode, number, count in connection.execute(statement)
    ]


def set_status(connection: Connection, slug: str, status: WorkflowStatus) -> bool:
    """Write the status on the caller's connection; False when there is no such workflow."""
    changed = update(workflows).where(workflows.c.slug == slug).values(status=status)
    return bool(connection.execute(changed).rowcount)


def _publish(connection: Connection, slug: str, name: str, digest: str, documents: dict[str, object]) -> PublishedFlow:
    workflow = _workflow(connection, slug, name, documents)
    version = _version(connection, workflow, digest, documents)
    connection.execute(update(workflows).where(workflows.c.id == workflow).values(name=name, active_version=version))
    row = connection.execute(PUBLISHED.where(workflow_versions.c.id == version)).one()
    return _published(tuple(row))


def _workflow(connection: Connection, slug: str, name: str, documents: Mapping[str, object]) -> int:
    """Return the workflow's id, its row locked: publications of one workflow come one after the other."""
    mine = select(workflows.c.id).where(workflows.c.slug == slug).with_for_update()
    found: int | None = connection.execute(mine).scalar()
    if found is not None:
        return found
    home = select(organizations.c.id).where(organizations.c.slug == DEFAULT_ORGANIZATION).scalar_subquery()
    created = upsert(connection, workflows).values(
        organization_id=home,
        slug=slug,
        name=name,
        status="active",
        mode=_mode(documents.get(slug)),
        created_at=now(),
    )
    connection.execute(created.on_conflict_do_nothing())  # another process may publish its first version meanwhile
    winner: int = connection.execute(mine).scalar_one()
    return winner


def _version(connection: Connection, workflow: int, digest: str, documents: Mapping[str, object]) -> int:
    of_workflow = workflow_versions.c.workflow_id == workflow
    known = select(workflow_versions.c.id).where(of_workflow, workflow_versions.c.digest == digest)
    found: int | None = connection.execute(known).scalar()
    if found is not None:
        return found
    last = select(func.coalesce(func.max(workflow_versions.c.number), 0)).where(of_workflow)
    number = connection.execute(last).scalar_one() + 1
    created = connection.execute(
        insert(workflow_versions)
        .values(workflow_id=workflow, number=number, digest=digest, documents=documents, created_at=now())
        .returning(workflow_versions.c.id)
    )
    version: int = created.scalar_one()
    return version


def _mode(document: object) -> str:
    mode = document.get("executionMode") if isinstance(document, Mapping) else None
    return mode if isinstance(mode, str) else "persistent"


def _published(row: tuple[Any, ...]) -> PublishedFlow:
    workflow, slug, version, number, digest, documents, status = row
    return PublishedFlow(
        workflow=workflow,
        slug=slug,
        version=version,
        number=number,
        digest=digest,
        documents=documents,
        is_active=status == "active",
    )
