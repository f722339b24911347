"""Published versions of workflows, on both databases. A version is its content: the same digest is the same version."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, func, insert, select, update

from botflow.flow.contact_fields import ContactField
from botflow.records.canaries import Share
from botflow.records.runs import UNDER_WAY
from botflow.records.workflows import (
    Publication,
    PublishedFlow,
    WorkflowStatus,
    WorkflowSummary,
    WorkflowVersion,
)
from botflow.storage.engines.dialects import clock_time, upsert
from botflow.storage.engines.engine import Engine
from botflow.storage.organizations import home_organization
from botflow.storage.people.declarations import declare
from botflow.storage.tables import canaries, executions, schedules, sessions, workflow_versions, workflows

MOST_VERSIONS = 50  # in a list
PUBLISHED: Select[*tuple[Any, ...]] = select(
    workflows.c.id,
    workflows.c.organization_id,
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

    async def publish(
        self, slug: str, name: str, digest: str, documents: dict[str, object], *, restores: bool = False
    ) -> Publication:
        """Store the bundle as the workflow's active version; the same digest again is the same version.

        A version that was stored before, and is not the active one, becomes active again only if this `restores` it:
        a server that starts with an older file must not undo what was published since.
        """
        return await self._engine.write(publish_version, slug, name, digest, documents, restores=restores)

    async def active(self) -> list[PublishedFlow]:
        """Return the active version of each active workflow, in the order of their slugs."""
        statement = PUBLISHED.where(
            workflow_versions.c.id == workflows.c.active_version, workflows.c.status == "active"
        ).order_by(workflows.c.slug)
        rows = await self._engine.read(lambda connection: connection.execute(statement).all())
        return [_published(tuple(row)) for row in rows]

    async def on_trial(self) -> list[tuple[Share, PublishedFlow]]:
        """Return the canaries that run, each with its version."""
        return await self._engine.read(_on_trial)

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
        select(workflow_versions.c.workflow_id, func.count().label("count"))
        .join(executions, executions.c.flow_version == workflow_versions.c.id)
        .where(executions.c.status.in_(UNDER_WAY))
        .group_by(workflow_versions.c.workflow_id)
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
    """Write the status on the caller's connection; False when there is no such workflow.

    Out of service a schedule misses nothing: it counts from when the workflow is active again.
    """
    mine = workflows.c.slug == slug
    changed = connection.execute(update(workflows).where(mine, workflows.c.status != status).values(status=status))
    if changed.rowcount and status == "active":
        moment = clock_time(connection)  # not `now`: the command line's connection to SQLite does not know it
        connection.execute(update(workflows).where(mine).values(in_force_since=moment))
        of_workflow = schedules.c.workflow_id.in_(select(workflows.c.id).where(mine))
        connection.execute(update(schedules).where(of_workflow).values(next_at=moment))
    return connection.execute(select(workflows.c.id).where(mine)).first() is not None


def activate_version(connection: Connection, slug: str, number: int) -> int | None:
    """Let new executions get the version with this number, on the caller's connection; return the number of the one
    that they got before, None when there is no such version. Conversations and runs under way keep theirs."""
    wanted = select(workflow_versions.c.id).join(workflows, workflows.c.id == workflow_versions.c.workflow_id)
    locked = select(workflows.c.id).where(workflows.c.slug == slug).with_for_update()
    workflow = connection.execute(locked).scalar()
    version = connection.execute(wanted.where(workflows.c.slug == slug, workflow_versions.c.number == number)).scalar()
    if workflow is None or version is None:
        return None
    before = _active(connection, workflow)
    documents = connection.execute(
        select(workflow_versions.c.documents).where(workflow_versions.c.id == version)
    ).scalar_one()
    # Not `now`: the command line's connection to SQLite does not know it.
    _make_active(connection, workflow, version, documents[slug].get("name") or slug, clock_time(connection))
    return before or number


def store_version(
    connection: Connection,
    workflow: int,
    digest: str,
    documents: Mapping[str, object],
    *,
    author: str | None,
    message: str | None,
) -> int:
    """Store a version of a locked workflow, and leave the active one active; return the version's id."""
    return _version(connection, workflow, digest, documents, author, message)[0]


def find_version(connection: Connection, slug: str, number: int) -> int | None:
    """Return the id of a workflow's version with this number, on the caller's connection."""
    mine = select(workflow_versions.c.id).join(workflows, workflows.c.id == workflow_versions.c.workflow_id)
    return connection.execute(mine.where(workflows.c.slug == slug, workflow_versions.c.number == number)).scalar()


def list_versions(connection: Connection, slug: str) -> list[WorkflowVersion]:
    """Return the newest MOST_VERSIONS versions of a workflow, the newest first, on the caller's connection."""
    columns = (workflow_versions.c.number, workflow_versions.c.created_at, workflow_versions.c.id)
    statement = (
        select(*columns, workflows.c.active_version)
        .join(workflows, workflows.c.id == workflow_versions.c.workflow_id)
        .where(workflows.c.slug == slug)
        .order_by(workflow_versions.c.number.desc())
        .limit(MOST_VERSIONS)
    )
    return [
        WorkflowVersion(number=number, created_at=created_at, is_active=version == active)
        for number, created_at, version, active in connection.execute(statement)
    ]


def publish_version(
    connection: Connection,
    slug: str,
    name: str,
    digest: str,
    documents: Mapping[str, object],
    *,
    restores: bool = False,
    author: str | None = None,
    message: str | None = None,
) -> Publication:
    """See `FlowVersions.publish`; `author` and `message` are kept with a new version."""
    workflow = _workflow(connection, slug, name, documents)
    _declare_fields(connection, workflow, slug, documents)
    before = _active(connection, workflow)
    version, is_new = _version(connection, workflow, digest, documents, author, message)
    if is_new or restores or before is None:
        _make_active(connection, workflow, version, name, clock_time(connection))
    row = connection.execute(PUBLISHED.where(workflow_versions.c.id == version)).one()
    active = _active(connection, workflow)
    assert active is not None
    return Publication(flow=_published(tuple(row)), active=active, before=before)


def _declare_fields(connection: Connection, workflow: int, slug: str, documents: Mapping[str, object]) -> None:
    """Declare the fields of contacts that the documents name; RejectedInbound `contact_field.clash`."""
    for document in documents.values():
        written = document.get("contactFields") if isinstance(document, Mapping) else None
        if not written:
            continue
        of_workflow = select(workflows.c.organization_id).where(workflows.c.id == workflow)
        fields = {name: ContactField.model_validate(field) for name, field in written.items()}
        declare(connection, connection.execute(of_workflow).scalar_one(), fields, slug)


def _active(connection: Connection, workflow: int) -> int | None:
    """Return the number of the version that new executions get."""
    versions = select(workflow_versions.c.number).join(workflows, workflows.c.active_version == workflow_versions.c.id)
    number: int | None = connection.execute(versions.where(workflows.c.id == workflow)).scalar()
    return number


def _make_active(connection: Connection, workflow: int, version: int, name: str, moment: Any) -> None:
    """Make a version active. A canary that still runs was compared with another version: it ends."""
    is_another = workflows.c.active_version.is_distinct_from(version)
    changed = connection.execute(
        update(workflows)
        .where(workflows.c.id == workflow, is_another)
        .values(active_version=version, in_force_since=moment, name=name)
    )
    if changed.rowcount:
        running = update(canaries).where(canaries.c.workflow_id == workflow, canaries.c.state == "running")
        connection.execute(running.values(state="replaced", ended_at=moment, revision=canaries.c.revision + 1))


def _on_trial(connection: Connection) -> list[tuple[Share, PublishedFlow]]:
    columns = (canaries.c.id, canaries.c.percent)
    statement = PUBLISHED.add_columns(*columns).join(canaries, canaries.c.version_id == workflow_versions.c.id)
    found = []
    for *row, canary, percent in connection.execute(statement.where(canaries.c.state == "running")):
        published = _published(tuple(row))
        share = Share(canary=canary, workflow=published.workflow, version=published.version, percent=percent)
        found.append((share, published))
    return found


def _workflow(connection: Connection, slug: str, name: str, documents: Mapping[str, object]) -> int:
    """Return the workflow's id, its row locked: publications of one workflow come one after the other."""
    mine = select(workflows.c.id).where(workflows.c.slug == slug).with_for_update()
    found: int | None = connection.execute(mine).scalar()
    if found is not None:
        return found
    created = upsert(connection, workflows).values(
        organization_id=home_organization(connection),
        slug=slug,
        name=name,
        status="active",
        mode=_mode(documents.get(slug)),
        created_at=clock_time(connection),
    )
    connection.execute(created.on_conflict_do_nothing())  # another process may publish its first version meanwhile
    winner: int = connection.execute(mine).scalar_one()
    return winner


def _version(
    connection: Connection,
    workflow: int,
    digest: str,
    documents: Mapping[str, object],
    author: str | None,
    message: str | None,
) -> tuple[int, bool]:
    """Return the version of this content, and whether it is new."""
    of_workflow = workflow_versions.c.workflow_id == workflow
    known = select(workflow_versions.c.id).where(of_workflow, workflow_versions.c.digest == digest)
    found: int | None = connection.execute(known).scalar()
    if found is not None:
        return found, False
    last = select(func.coalesce(func.max(workflow_versions.c.number), 0)).where(of_workflow)
    number = connection.execute(last).scalar_one() + 1
    created = connection.execute(
        insert(workflow_versions)
        .values(
            workflow_id=workflow,
            number=number,
            digest=digest,
            documents=documents,
            created_at=clock_time(connection),
            author=author,
            message=message,
        )
        .returning(workflow_versions.c.id)
    )
    version: int = created.scalar_one()
    return version, True


def _mode(document: object) -> str:
    mode = document.get("executionMode") if isinstance(document, Mapping) else None
    return mode if isinstance(mode, str) else "persistent"


def _published(row: tuple[Any, ...]) -> PublishedFlow:
    workflow, organization, slug, version, number, digest, documents, status = row
    return PublishedFlow(
        workflow=workflow,
        organization=organization,
        slug=slug,
        version=version,
        number=number,
        digest=digest,
        documents=documents,
        is_active=status == "active",
    )
