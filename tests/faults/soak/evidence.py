"""What the database says of every conversation of a soak, read once at its end."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import psycopg
from psycopg.rows import dict_row

UNSETTLED = """
SELECT (SELECT count(*) FROM inbounds WHERE state = 'new'),
       (SELECT count(*) FROM outbounds WHERE state IN ('ready', 'handed', 'sending', 'unknown')),
       (SELECT count(*) FROM sessions WHERE wake_at IS NOT NULL)
"""
GONE = ("held", "failed", "suppressed")


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


def unsettled(url: str) -> tuple[int, int, int]:
    """Return how many inbounds have no turn yet, parts no known end, and sessions a wait that will end."""
    with psycopg.connect(url, connect_timeout=5) as connection:
        row = connection.execute(UNSETTLED).fetchone()
    assert row is not None
    return row[0], row[1], row[2]


def read_conversations(url: str) -> list[Conversation]:
    with psycopg.connect(url, row_factory=dict_row) as connection:

        def rows(query: str) -> list[dict[str, Any]]:
            return connection.execute(query.encode()).fetchall()

        parts: dict[tuple[int, int], list[Part]] = defaultdict(list)
        for row in rows("SELECT * FROM outbounds ORDER BY session_id, version, index"):
            parts[row["session_id"], row["seq"]].append(_part(row))
        turns: dict[int, list[Turn]] = defaultdict(list)
        for row in rows(
            "SELECT b.*, t.version, t.status, t.at FROM inbounds b LEFT JOIN turns t USING (session_id, seq)"
            " ORDER BY b.session_id, t.version, b.seq"
        ):
            turns[row["session_id"]].append(_turn(row, parts[row["session_id"], row["seq"]]))
        return [
            Conversation(
                **{name: row[name] for name in ("id", "channel", "external_id", "version", "last_seq", "done_seq")},
                turns=turns[row["id"]],
            )
            for row in rows("SELECT * FROM sessions ORDER BY id")
        ]


def _part(row: dict[str, Any]) -> Part:
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


def _turn(row: dict[str, Any], parts: list[Part]) -> Turn:
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
