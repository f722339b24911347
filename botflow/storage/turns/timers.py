"""Timeouts that must be stored before their turn: their sessions have other inbounds, or their turns perform asks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from botflow.records.queues import TIMER_PRIORITY
from botflow.seeds import new_seed
from botflow.storage.engines.dialects import now
from botflow.storage.engines.engine import Engine
from botflow.storage.tables import executions, inbounds, sessions
from botflow.storage.turns.row_mapping import TRACE


class Timers:
    """Stores timeouts as inbounds that wait to be claimed."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def queue_timeouts(self, ids: Sequence[int]) -> int:
        """Store one timeout for each of these sessions whose wait is still over; return their number.

        A message that was received before the due time is processed before the timeout, whatever their order in the
        queue. The rows are locked one by one; rows that another transaction holds are left for the next look.
        """
        return await self._engine.write(_queue_timeouts, ids)


def _queue_timeouts(connection: Connection, ids: Sequence[int]) -> int:
    columns = ("id", "last_seq", "flow_version", "wake_at", "state")
    due = (
        select(*(sessions.c[name] for name in columns), executions.c.priority)
        .outerjoin(executions, (executions.c.session_id == sessions.c.id) & executions.c.trigger.is_not(None))
        .where(sessions.c.id.in_(ids), sessions.c.wake_at <= now(), ~sessions.c.paused)
        .order_by(sessions.c.id)
        .with_for_update(skip_locked=True, key_share=True, of=sessions)
    )
    rows = connection.execute(due).all()
    if not rows:
        return 0
    timeouts = [
        {
            "session_id": row.id,
            "seq": row.last_seq + 1,
            "received_at": now(),
            "seed": new_seed(),
            "flow_version": row.flow_version,
            "attempt": 0,
            "state": "new",
            "kind": "timeout",
            "key": f"timeout:{row.state['wait']['token']}",
            "provider": "",
            "content": _content(row.state, row.wake_at),
            "priority": TIMER_PRIORITY if row.priority is None else row.priority,
        }
        for row in rows
    ]
    connection.execute(
        update(sessions)
        .where(sessions.c.id.in_([row.id for row in rows]))
        .values(last_seq=sessions.c.last_seq + 1, wake_at=None)
    )
    connection.execute(insert(inbounds).values(timeouts))
    return len(rows)


def _content(state: Mapping[str, Any], due: datetime) -> dict[str, str]:
    content = {"token": state["wait"]["token"], "due": due.isoformat()}
    return {**content, TRACE: state[TRACE]} if TRACE in state else content
