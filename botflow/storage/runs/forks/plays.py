"""What a fork of a conversation is to hear: planned beside its queue, and moved into it one by one.

A planned inbound has a seq below 0, in its order. It gets its place in the session when the fork waits for it: so two
messages never become one burst, and one that comes after the fork's end begins nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from botflow.engine.forks.play import next_to_play
from botflow.engine.inbound import Inbound
from botflow.engine.session import Persona, Session
from botflow.records.sessions import SessionKey
from botflow.records.turns import PLANNED
from botflow.storage.tables import inbounds, sessions
from botflow.storage.turns.row_mapping import inbound_content, inbound_provider, is_new, read_inbound

_COLUMNS = ("seq", "kind", "key", "received_at", "seed", "provider", "content")


def plan(connection: Connection, session: int, plays: Sequence[Inbound], persona: Persona, flow_version: int) -> None:
    """Write down what the fork is to hear. Nothing of it says anything about consent."""
    rows = [
        {
            "session_id": session,
            "seq": place - len(plays),
            "flow_version": flow_version,
            "attempt": 0,
            "state": PLANNED,
            "key": f"play:{place + 1}",
            **heard_columns(inbound, persona),
        }
        for place, inbound in enumerate(plays)
    ]
    if rows:
        connection.execute(insert(inbounds), rows)


def heard_columns(inbound: Inbound, persona: Persona) -> dict[str, Any]:
    """Return the columns of an inbound that a fork hears, without a word about consent."""
    content = inbound_content(inbound, persona.sender) or {}
    return {
        "kind": inbound.kind,
        "received_at": inbound.received_at,
        "seed": inbound.seed,
        "provider": inbound_provider(inbound),
        "content": {name: value for name, value in content.items() if name != "consent"} or None,
    }


def play_next(connection: Connection, session: int, priority: int) -> None:
    """Let the fork hear the next planned inbound that its wait takes, unless it has something to do, or has ended."""
    locked = select(sessions.c.version, sessions.c.state, sessions.c.flow_version).where(sessions.c.id == session)
    row = connection.execute(locked.with_for_update()).first()
    state = Session.from_json(row.state, row.version) if row is not None else Session()
    if row is None or state.wait is None or state.persona is None or _is_busy(connection, session):
        return
    mine = (inbounds.c.session_id == session, inbounds.c.state == PLANNED)
    planned = connection.execute(
        select(*(inbounds.c[name] for name in _COLUMNS)).where(*mine).order_by(inbounds.c.seq)
    ).all()
    found = next_to_play([_inbound(each, state.persona) for each in planned], state.wait)
    if found is None:
        return
    passed = [planned[place].seq for place in found.passed]
    connection.execute(update(inbounds).where(*mine, inbounds.c.seq.in_(passed)).values(state="stale"))
    counted = (
        update(sessions)
        .where(sessions.c.id == session)
        .values(last_seq=sessions.c.last_seq + 1, done_seq=sessions.c.last_seq)
    )
    content = {
        **(planned[found.place].content or {}),
        **({"token": found.inbound.token} if found.inbound.token else {}),
    }
    heard = update(inbounds).where(*mine, inbounds.c.seq == planned[found.place].seq)
    connection.execute(
        heard.values(
            seq=connection.execute(counted.returning(sessions.c.last_seq)).scalar_one(),
            state="new",
            priority=priority,
            content=content or None,
        )
    )


def _is_busy(connection: Connection, session: int) -> bool:
    queued = select(func.count()).where(inbounds.c.session_id == session, is_new())
    return bool(connection.execute(queued).scalar_one())


def _inbound(row: Any, persona: Persona) -> Inbound:
    return read_inbound(
        SessionKey(0, persona.channel, persona.sender),
        kind=row.kind,
        provider_key=row.key,
        received_at=row.received_at,
        seed=row.seed,
        provider=row.provider,
        content=row.content,
    )
