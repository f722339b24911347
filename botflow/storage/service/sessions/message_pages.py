"""Pages of inbounds and of outbounds: of some sessions, the newest of each first, or those in a state with an index.

What only some messages of a session have, such as a time, is looked for in the session's messages, and a page ends when
MOST_SESSIONS were looked through for it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, get_args

from sqlalchemy import Column, ColumnElement, Connection, Row, Select, literal_column, select, union_all

from botflow.records.outbounds import OutboundState
from botflow.records.turns import InboundState
from botflow.storage.service.pages import Order
from botflow.storage.service.sessions.session_walk import MessageFilter, WalkedSession, sessions_from
from botflow.storage.tables import UNSETTLED_STATES, inbounds, outbounds, sessions, turns, workflows
from botflow.storage.turns.row_mapping import is_new, is_unsettled

MOST_SESSIONS = 300
AT_ONCE = 50  # sessions of one statement: SQLite takes 500
Found = tuple[WalkedSession, Row[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Messages:
    """A table of messages. With the session, `key` is its primary key; `at` is when they came or were written.

    `indexed` are the conditions of the states that have a partial index: it is used only if a query repeats them.
    """

    columns: tuple[Column[Any], ...]
    key: tuple[Column[Any], ...]
    at: Column[Any]
    states: tuple[str, ...]
    indexed: Mapping[str, ColumnElement[bool]]
    kind: Column[Any] | None = None

    @property
    def end(self) -> tuple[int, ...]:
        """Return a key before all of a session's."""
        return (0,) * len(self.key)

    def key_of(self, row: Row[Any]) -> tuple[int, ...]:
        return tuple(row._mapping[column.name] for column in self.key)

    def wanted(self, wanted: MessageFilter) -> Iterator[ColumnElement[bool]]:
        """Yield the conditions that look at messages."""
        columns = self.key[0].table.c
        if wanted.status is not None:
            yield columns.state == wanted.status
        if wanted.kind is not None and self.kind is not None:
            yield self.kind == wanted.kind
        if wanted.turn is not None:
            yield columns.seq == wanted.turn
        if wanted.after is not None:
            yield self.at >= wanted.after
        if wanted.before is not None:
            yield self.at < wanted.before


_IN = ("session_id", "seq", "received_at", "state", "kind", "key", "content", "attempt", "merged_into")
_OUT = ("session_id", "version", "index", "seq", "created_at", "updated_at", "due_at", "state", "body", "attempts")
INBOUNDS = Messages(
    columns=tuple(inbounds.c[name] for name in _IN),
    key=(inbounds.c.seq,),
    at=inbounds.c.received_at,
    states=get_args(InboundState),
    indexed={"new": is_new()},
    kind=inbounds.c.kind,
)
OUTBOUNDS = Messages(
    columns=tuple(outbounds.c[name] for name in (*_OUT, "provider_id", "error_code", "segments")),
    key=(outbounds.c.version, outbounds.c.index),
    at=outbounds.c.created_at,
    states=get_args(OutboundState),
    indexed={
        "held": outbounds.c.state == literal_column("'held'"),
        **dict.fromkeys(UNSETTLED_STATES, is_unsettled()),
    },
)


def list_messages(
    connection: Connection,
    organization: int,
    messages: Messages,
    wanted: MessageFilter,
    after: Sequence[Any] | None,
    limit: int,
) -> tuple[list[Found], Sequence[Any] | None]:
    """Return up to `limit` messages after (workflow's number, channel, external id, key), and where the next page
    begins, None at the end."""
    at = (after[0], after[1], after[2]) if after is not None else None
    walked = sessions_from(connection, organization, wanted, at)
    found: list[Found] = []
    looked, at_once = 0, 1
    while chunk := list(islice(walked, at_once)):
        begins = {each.id: after[3:] for each in chunk if after is not None and each.place == at}
        found += _newest(connection, messages, wanted, chunk, begins, limit)
        if len(found) > limit:
            session, row = found[limit - 1]
            return found[:limit], (*session.place, *messages.key_of(row))
        looked, at_once = looked + at_once, min(2 * at_once, AT_ONCE)
        if looked >= MOST_SESSIONS:
            return found, (*chunk[-1].place, *messages.end)
    return found, None


def list_in_state(
    connection: Connection,
    organization: int,
    messages: Messages,
    wanted: MessageFilter,
    after: Sequence[int] | None,
    limit: int,
) -> list[Found]:
    """Return at most `limit` + 1 messages in an indexed state after (session, key), in this order."""
    assert wanted.status is not None
    table = messages.key[0].table
    statement = (
        _with_session(messages)
        .join(sessions, sessions.c.id == table.c.session_id)
        .join(workflows, workflows.c.id == sessions.c.workflow_id)
        .where(workflows.c.organization_id == organization, messages.indexed[wanted.status], *messages.wanted(wanted))
    )
    if wanted.workflow is not None:
        statement = statement.where(workflows.c.slug == wanted.workflow)
    if wanted.channel is not None:
        statement = statement.where(sessions.c.channel == wanted.channel)
    order = Order(columns=(table.c.session_id, *messages.key))
    return [_found(row) for row in connection.execute(order.page(statement, after, limit))]


def get_message(
    connection: Connection, organization: int, messages: Messages, session: int, key: Sequence[int]
) -> Found | None:
    """Return one message of the organization."""
    table = messages.key[0].table
    statement = (
        _with_session(messages)
        .join(sessions, sessions.c.id == table.c.session_id)
        .join(workflows, workflows.c.id == sessions.c.workflow_id)
        .where(workflows.c.organization_id == organization, table.c.session_id == session)
        .where(*(column == value for column, value in zip(messages.key, key, strict=True)))
    )
    row = connection.execute(statement).first()
    return _found(row) if row is not None else None


def get_trace(connection: Connection, session: int, turn: int) -> Sequence[Sequence[Any]]:
    """Return what a turn did. The caller has checked whose session it is."""
    mine = (turns.c.session_id == session, turns.c.seq == turn)
    return connection.execute(select(turns.c.trace).where(*mine)).scalar() or ()


def _newest(
    connection: Connection,
    messages: Messages,
    wanted: MessageFilter,
    chunk: Sequence[WalkedSession],
    begins: dict[int, Sequence[Any]],
    limit: int,
) -> Iterator[Found]:
    """Yield the newest `limit` + 1 messages of each session, and of one that `begins` names those after that key."""
    order = Order(columns=messages.key, descending=True)
    session_id = messages.key[0].table.c.session_id
    parts = []
    for session in chunk:
        own = select(*messages.columns).where(session_id == session.id, *messages.wanted(wanted))
        parts.append(order.page(own, begins.get(session.id), limit))
    of_each: dict[int, list[Row[Any]]] = defaultdict(list)
    for row in connection.execute(union_all(*(select(part.subquery()) for part in parts))):
        of_each[row.session_id].append(row)
    for session in chunk:
        for row in sorted(of_each[session.id], key=messages.key_of, reverse=True):
            yield session, row


def _with_session(messages: Messages) -> Select[Any]:
    return select(
        *messages.columns, sessions.c.workflow_id, sessions.c.channel, sessions.c.external_id, workflows.c.slug
    )


def _found(row: Row[Any]) -> Found:
    session = WalkedSession(
        id=row.session_id,
        workflow=row.slug,
        workflow_number=row.workflow_id,
        channel=row.channel,
        external_id=row.external_id,
    )
    return session, row
