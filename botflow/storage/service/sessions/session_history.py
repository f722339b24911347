"""What a session has heard, said and done, in pages, the newest first. The caller has checked whose session it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, select

from botflow.storage.service.pages import Order
from botflow.storage.tables import inbounds, outbounds, turns
from botflow.storage.turns.row_mapping import was_heard

_NEWEST_TURNS = Order(columns=(turns.c.seq,), descending=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnRow:
    """A turn of a session, or a change of it from outside. `trace` holds its events as lists that begin with a kind."""

    seq: int
    at: datetime
    status: str
    trace: Sequence[Sequence[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageRow:
    """A message of a session: an inbound by its seq, or an outbound by its version and index."""

    seq: int
    version: int | None
    index: int | None
    at: datetime
    state: str
    body: Mapping[str, Any]
    error_code: str | None = None

    @property
    def place(self) -> tuple[int, bool, int, int]:
        """Where it stands in the conversation: what a turn says follows the message that it answers."""
        return self.seq, self.version is not None, self.version or 0, self.index or 0


def list_turns(connection: Connection, session: int, after: Sequence[Any] | None, limit: int) -> list[TurnRow]:
    """Return at most `limit` + 1 turns, the newest first."""
    columns = (turns.c.seq, turns.c.at, turns.c.status, turns.c.trace)
    mine = select(*columns).where(turns.c.session_id == session)
    found: Select[*tuple[Any, ...]] = _NEWEST_TURNS.page(mine, after, limit)
    return [TurnRow(seq=row.seq, at=row.at, status=row.status, trace=row.trace) for row in connection.execute(found)]


def list_messages(
    connection: Connection, session: int, before_seq: int | None, limit: int
) -> tuple[list[MessageRow], int | None]:
    """Return about `limit` messages before a turn's seq, the newest first, and the seq before which the next page
    ends, None at the beginning. A page holds whole turns, so the messages of one turn may be more than `limit`."""
    found = _newest(connection, session, before_seq, limit)
    if len(found) <= limit:
        return found, None
    oldest = found[limit].seq
    whole = [row for row in found[:limit] if row.seq != oldest]
    if not whole:
        return _newest(connection, session, None, None, of_seq=oldest), oldest
    return whole, whole[-1].seq


def _newest(
    connection: Connection, session: int, before_seq: int | None, limit: int | None, *, of_seq: int | None = None
) -> list[MessageRow]:
    """Return the newest `limit` + 1 messages; the newest of both directions are among as many of each."""
    heard = select(inbounds.c.seq, inbounds.c.received_at, inbounds.c.state, inbounds.c.content).where(
        inbounds.c.session_id == session, was_heard()
    )
    columns = ("seq", "version", "index", "created_at", "state", "body", "error_code")
    said = select(*(outbounds.c[name] for name in columns)).where(outbounds.c.session_id == session)
    if before_seq is not None:
        heard, said = heard.where(inbounds.c.seq < before_seq), said.where(outbounds.c.seq < before_seq)
    if of_seq is not None:
        heard, said = heard.where(inbounds.c.seq == of_seq), said.where(outbounds.c.seq == of_seq)
    most = None if limit is None else limit + 1
    heard = heard.order_by(inbounds.c.seq.desc()).limit(most)
    said = said.order_by(outbounds.c.version.desc(), outbounds.c.index.desc()).limit(most)
    found = [_heard(row) for row in connection.execute(heard)] + [_said(row) for row in connection.execute(said)]
    found.sort(key=lambda each: each.place, reverse=True)
    return found[:most]


def _heard(row: Any) -> MessageRow:
    return MessageRow(
        seq=row.seq, version=None, index=None, at=row.received_at, state=row.state, body=row.content or {}
    )


def _said(row: Any) -> MessageRow:
    return MessageRow(
        seq=row.seq,
        version=row.version,
        index=row.index,
        at=row.created_at,
        state=row.state,
        body=row.body,
        error_code=row.error_code,
    )
