"""Workflows as targets of a start: which version a run would have, on the caller's connection (see start.py)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVar

import orjson
from sqlalchemy import Connection, Row, Select, Text, and_, cast, func, select

from botflow.records.canaries import Share
from botflow.storage.engines.dialects import is_postgres
from botflow.storage.tables import canaries, workflow_versions, workflows

T = TypeVar("T", bound=tuple[Any, ...])
COLUMNS = (
    workflows.c.id,
    workflows.c.organization_id,
    workflows.c.slug,
    workflows.c.status,
    workflows.c.in_force_since,
    workflow_versions.c.id.label("version"),
    workflow_versions.c.documents,
    canaries.c.id.label("canary"),
    canaries.c.version_id.label("canary_version"),
    canaries.c.percent,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A workflow and the version that a run would have: `version` is None when there is no such version.

    `since` is when the active version came into force, None when the database does not know. `canary` says which starts
    get another version than the active one; see `on_trial`.
    """

    workflow: int
    organization: int
    slug: str
    status: str
    since: datetime | None
    version: int | None
    documents: Mapping[str, Any]
    canary: Share | None = None


def find_target(
    connection: Connection, slug: str, number: int | None = None, organization: int | None = None
) -> Target | None:
    """Return the workflow with its active version, or with the version of this number; None when there is none, or
    none of the organization."""
    is_wanted = (
        workflow_versions.c.id == workflows.c.active_version if number is None else workflow_versions.c.number == number
    )
    row = connection.execute(_of(organization, _targets(is_wanted).where(workflows.c.slug == slug))).first()
    if row is None:
        return None
    return _target(row) if number is None else replace(_target(row), canary=None)


def on_trial(connection: Connection, target: Target, key: str) -> Target | None:
    """Return the target with the canary's version, if an execution with this key begins there."""
    if target.canary is None or not target.canary.has(key):
        return None
    version = target.canary.version
    documents = select(workflow_versions.c.documents).where(workflow_versions.c.id == version)
    return replace(target, version=version, documents=connection.execute(documents).scalar_one())


def find_targets(connection: Connection, ids: Sequence[int]) -> list[Target]:
    """Return those of the workflows that are active, with their active versions."""
    rows = connection.execute(_active().where(workflows.c.id.in_(ids)).order_by(workflows.c.id))
    return [_target(row) for row in rows]


def find_declaring(connection: Connection, word: str, organization: int, slug: str, limit: int) -> list[Target]:
    """Return up to `limit` of an organization's workflows whose active versions may have a trigger of this name, in the
    order of their ids, from this one on; the caller must read the documents."""
    found = func.strpos if is_postgres(connection) else func.instr
    may_declare = found(cast(workflow_versions.c.documents, Text), word) > 0
    targets = _targets(workflow_versions.c.id == workflows.c.active_version)
    named = targets.where(may_declare, workflows.c.slug >= slug, workflows.c.status != "archived")
    rows = connection.execute(_of(organization, named).order_by(workflows.c.slug).limit(limit))
    return [_target(row) for row in rows]


def mentioning(connection: Connection, word: str, organization: int | None = None) -> list[Target]:
    """Return the active workflows (of the organization) whose documents contain `word` as a string; the caller must
    check where it occurs."""
    quoted = orjson.dumps(word).decode()
    documents = cast(workflow_versions.c.documents, Text)
    found = func.strpos if is_postgres(connection) else func.instr
    named = _active().where(found(documents, quoted) > 0).order_by(workflows.c.slug)
    rows = connection.execute(_of(organization, named))
    return [_target(row) for row in rows]


def _of(organization: int | None, targets: Select[T]) -> Select[T]:
    return targets if organization is None else targets.where(workflows.c.organization_id == organization)


def _active() -> Select[*tuple[Any, ...]]:
    return _targets(workflow_versions.c.id == workflows.c.active_version).where(workflows.c.status == "active")


def _targets(is_wanted: Any) -> Select[*tuple[Any, ...]]:
    of_workflow = and_(workflow_versions.c.workflow_id == workflows.c.id, is_wanted)
    runs = and_(canaries.c.workflow_id == workflows.c.id, canaries.c.state == "running")
    return select(*COLUMNS).select_from(workflows).outerjoin(workflow_versions, of_workflow).outerjoin(canaries, runs)


def _target(row: Row[Any]) -> Target:
    return Target(
        workflow=row.id,
        organization=row.organization_id,
        slug=row.slug,
        status=row.status,
        since=row.in_force_since,
        version=row.version,
        documents=row.documents or {},
        canary=_share(row),
    )


def _share(row: Row[Any]) -> Share | None:
    if row.canary is None:
        return None
    return Share(canary=row.canary, workflow=row.id, version=row.canary_version, percent=row.percent)
