"""What the database says of every conversation of a soak, read once at its end."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, Select, select, text

from botflow.storage.tables import inbounds, outbounds, sessions, turns
from tests.faults.database_counts import reading

UNSETTLED = text(
    "SELECT (SELECT count(*) FROM inbounds WHERE state = 'new'),"
    " (SELECT count(*) FROM outbounds WHERE state IN ('ready', 'handed', 'sending', 'unknown')),"
    " (SELECT count(*) FROM sessions WHERE wake_at IS NOT NULL)"
)
TURNS = (
    select(inbounds, turns.c.version, turns.c.status, turns.c.at)
    .outerjoin(turns, (turns.c.session_id == inbounds.c.session_id) & (turns.c.seq == inbounds.c.seq))
    .order_by(inbounds.c.session_id, turns.c.version, inbounds.c.seq)
)
PARTS = select(outbounds).order_by(outbounds.c.session_id, outbounds.c.version, outbounds.c.index)
SESSION = ("id", "channel", "external_id", "version", "last_seq", "done_seq")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One message of ours as its row says it."""

    version: int
    index: int
    seq: int
    text: str
    to: str
    state: str
    sid: str
    attempts: int
    error_code: str

    @property
    def wire_id(self) -> str:
        return f"{self.version}.{self.index}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One inbound with its turn, if it has one, and what that said."""

    seq: int
    kind: str
    text: str
    token: str
    state: str
    received_at: datetime
    attempt: int
    version: int | None
    status: str
    at: datetime | None
    parts: list[Part] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Conversation:
    """A session's row, and its inbounds in the order of their turns."""

    id: int
    channel: str
    external_id: str
    version: int
    last_seq: int
    done_seq: int
    turns: list[Turn]

    @property
    def parts(self) -> list[Part]:
        return sorted((part for turn in self.turns for part in turn.parts), key=lambda part: (part.version, part.index))


async def unsettled(url: str) -> tuple[int, int, int]:
    """Return how many inbounds have no turn yet, parts no known end, and sessions a wait that will end."""
    async with reading(url) as connection:
        row = (await connection.execute(UNSETTLED)).one()
    return row[0], row[1], row[2]


async def until_settled(url: str) -> None:
    """Return once nothing is queued, on its way or waiting for its time."""
    while any(await unsettled(url)):  # noqa: ASYNC110 -- other processes' work sets no event
        await asyncio.sleep(0.3)


async def read_conversations(url: str) -> list[Conversation]:
    async with reading(url) as connection:

        async def rows(query: Select[Any]) -> list[RowMapping]:
            return list((await connection.execute(query)).mappings())

        parts: dict[tuple[int, int], list[Part]] = defaultdict(list)
        for row in await rows(PARTS):
            parts[row["session_id"], row["seq"]].append(_part(row))
        said: dict[int, list[Turn]] = defaultdict(list)
        for row in await rows(TURNS):
            said[row["session_id"]].append(_turn(row, parts[row["session_id"], row["seq"]]))
        return [
            Conversation(**{name: row[name] for name in SESSION}, turns=said[row["id"]])
            for row in await rows(select(sessions).order_by(sessions.c.id))
        ]


def _part(row: RowMapping) -> Part:
    body = row["body"]
    return Part(
        version=row["version"],
        index=row["index"],
        seq=row["seq"],
        text=body.get("text", ""),
        to=body.get("to") or "",
        state=row["state"],
        sid=row["provider_id"] or "",
        attempts=row["attempts"],
        error_code=row["error_code"] or "",
    )


def _turn(row: RowMapping, parts: list[Part]) -> Turn:
    content = row["content"] or {}
    return Turn(
        seq=row["seq"],
        kind=row["kind"],
        text=content.get("text", ""),
        token=content.get("token", ""),
        state=row["state"],
        received_at=row["received_at"],
        attempt=row["attempt"],
        version=row["version"],
        status=row["status"] or "",
        at=row["at"],
        parts=parts,
    )
