"""The sessions whose messages a list has, in an order that an index serves.

Messages have no index by time, and get none: every turn writes them. They are read session by session, and sessions in
the order of their unique index (workflow, channel, external id).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, or_, select, true

from botflow.engine.inbound import RUN
from botflow.storage.tables import sessions, workflows

AT_ONCE = 100  # sessions of one statement
MOST_OF_PERSON = 1_000
_PLACE = (sessions.c.workflow_id, sessions.c.channel, sessions.c.external_id)
# Runs have sessions, too, and may be many more than people.
_BESIDE_RUNS: tuple[ColumnElement[bool], ...] = (sessions.c.channel < RUN, sessions.c.channel > RUN)
Place = tuple[int, str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class WalkedSession:
    """A session whose messages are listed."""

    id: int
    workflow: str
    workflow_number: int
    channel: str
    external_id: str

    @property
    def place(self) -> Place:
        return self.workflow_number, self.channel, self.external_id


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageFilter:
    """Which messages; None for any. `people` are (channel, external id); `turn` is a seq. They came, or were written,
    at `after` or later, and earlier than `before`."""

    workflow: str | None = None
    session: int | None = None
    channel: str | None = None
    people: Sequence[tuple[str, str]] | None = None
    status: str | None = None
    kind: str | None = None
    turn: int | None = None
    after: datetime | None = None
    before: datetime | None = None


def sessions_from(
    connection: Connection, organization: int, wanted: MessageFilter, at: Place | None
) -> Iterator[WalkedSession]:
    """Yield the sessions at this place and after it: one, those of a person, or those of a workflow but for its runs,
    which are there when their channel is named."""
    statement = _sessions(organization, wanted)
    if wanted.session is not None:
        yield from _read(connection, statement.where(sessions.c.id == wanted.session))
    elif wanted.people is not None:
        mine = select(workflows.c.id).where(workflows.c.organization_id == organization)
        # By workflow, so that the unique index is used.
        of_person = statement.where(sessions.c.workflow_id.in_(mine), _is_from(at))
        yield from _read(connection, of_person.order_by(*_PLACE).limit(MOST_OF_PERSON))
    else:
        own = (workflows.c.organization_id == organization, workflows.c.slug == wanted.workflow)
        number = connection.execute(select(workflows.c.id).where(*own)).scalar()
        if number is not None:
            of_workflow = statement.where(sessions.c.workflow_id == number)
            parts = (sessions.c.channel == wanted.channel,) if wanted.channel is not None else _BESIDE_RUNS
            for part in parts:
                yield from _range(connection, of_workflow.where(part), at)


def _range(connection: Connection, statement: Select[Any], at: Place | None) -> Iterator[WalkedSession]:
    """Yield a workflow's sessions from a place on, by statements of bounded length, each of which is a range of the
    index: those of the place's channel, and those of later channels."""
    while True:
        for rest in _ranges(at):
            page = statement.where(rest).order_by(*_PLACE[1:]).limit(AT_ONCE + 1)
            found = _read(connection, page)
            yield from found[:AT_ONCE]
            if len(found) > AT_ONCE:
                at = found[-1].place
                break
        else:
            return


def _ranges(at: Place | None) -> Sequence[ColumnElement[bool]]:
    if at is None:
        return (true(),)
    _, channel, external_id = at
    same = and_(sessions.c.channel == channel, sessions.c.external_id >= external_id)
    return same, sessions.c.channel > channel


def _is_from(at: Place | None) -> ColumnElement[bool]:
    """Match the sessions at this place and after it."""
    if at is None:
        return true()
    later = [and_(sessions.c.workflow_id == at[0], each) for each in _ranges(at)]
    return or_(sessions.c.workflow_id > at[0], *later)


def _read(connection: Connection, statement: Select[Any]) -> list[WalkedSession]:
    return [
        WalkedSession(
            id=row.id,
            workflow=row.slug,
            workflow_number=row.workflow_id,
            channel=row.channel,
            external_id=row.external_id,
        )
        for row in connection.execute(statement)
    ]


def _sessions(organization: int, wanted: MessageFilter) -> Select[Any]:
    columns = (sessions.c.id, sessions.c.workflow_id, sessions.c.channel, sessions.c.external_id, workflows.c.slug)
    statement = (
        select(*columns)
        .join(workflows, workflows.c.id == sessions.c.workflow_id)
        .where(workflows.c.organization_id == organization)
    )
    if wanted.workflow is not None:
        statement = statement.where(workflows.c.slug == wanted.workflow)
    if wanted.channel is not None:
        statement = statement.where(sessions.c.channel == wanted.channel)
    if wanted.people is not None:
        theirs = [and_(sessions.c.channel == channel, sessions.c.external_id == id) for channel, id in wanted.people]
        statement = statement.where(or_(*theirs))
    return statement
