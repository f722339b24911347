"""Which inbounds are being run, on SQLite: claim, take, beat, release, recover, look.

There is one process, so every lease that it does not hold belongs to a process that has ended.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Any

from botflow.engine.inbound import RUN
from botflow.records.leases import Beat, DueWait, Lease, LeaseId, Seen, Share
from botflow.records.queues import MESSAGE_PRIORITY, QueueName
from botflow.records.turns import TurnId
from botflow.storage.engines.column_types import utc_moment
from botflow.storage.engines.sqlite import SqliteEngine
from botflow.storage.engines.sqlite_threads import rows_of
from botflow.storage.tables import UNSETTLED
from botflow.storage.turns.limits import SUSPECT_AFTER
from botflow.storage.turns.row_mapping import due_wait, leased_inbound
from botflow.storage.turns.sqlite import inbound_of, load, session_row
from botflow.storage.turns.sqlite_encoding import now
from botflow.storage.turns.sqlite_statements import INBOUND, LOAD_BY_ID, SESSION, next_of, takes

BEAT = """
INSERT INTO processes (id, seen_at, queues) VALUES (:owner, :now, :queues)
ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at
"""
OWN = "SELECT session_id, seq, attempt FROM inbounds WHERE state = 'new' AND owner = :owner"

IS_SUSPECT = f"attempt >= {SUSPECT_AFTER}"
# By priority, then age; one inbound per session, and none of a session that is being run. A session is ranked by the
# most urgent inbound that waits in it (`w`), and its next one is begun (`h`). A session whose next one may not be begun
# now does not use up the limit.
CLAIM = f"""
SELECT w.session_id FROM inbounds w JOIN sessions v ON v.id = w.session_id
WHERE w.state = 'new' AND w.owner IS NULL AND w.priority IS NOT NULL
  AND ((v.channel = '{RUN}' AND :executions) OR (v.channel <> '{RUN}' AND :turns))
  AND NOT EXISTS (SELECT 1 FROM inbounds o WHERE o.session_id = w.session_id AND o.state = 'new'
    AND (o.owner IS NOT NULL OR o.priority > w.priority OR (o.priority = w.priority AND o.seq < w.seq)))
  AND EXISTS (SELECT 1 FROM inbounds h WHERE h.session_id = w.session_id AND h.seq = {next_of("w.session_id")}
    AND (h.{IS_SUSPECT}) = :suspects
    AND coalesce(v.flow_version, h.flow_version) NOT IN (SELECT value FROM json_each(:without)))
ORDER BY w.priority DESC, w.received_at LIMIT :limit
"""
TAKE = f"""
UPDATE inbounds AS i SET attempt = i.attempt + 1, owner = :owner, priority = coalesce(i.priority, {MESSAGE_PRIORITY})
WHERE i.session_id = :session AND i.seq = {next_of(":session")} AND i.state = 'new'
  AND (i.owner IS NULL OR i.owner = :held_by) AND (:any OR (i.{IS_SUSPECT}) = :suspects)
  AND NOT EXISTS (SELECT 1 FROM inbounds o WHERE o.session_id = :session AND o.state = 'new' AND o.owner <> :owner)
RETURNING {INBOUND.replace("i.", "")},
  EXISTS (SELECT 1 FROM answers a WHERE a.session_id = inbounds.session_id AND a.seq = inbounds.seq)
"""
RAN = """
UPDATE executions SET status = 'running'
WHERE session_id = :session AND "trigger" IS NOT NULL AND status IN ('pending', 'waiting')
"""
HAS_SUSPECTS = f"SELECT 1 FROM inbounds WHERE session_id = :session AND state = 'new' AND {IS_SUSPECT} LIMIT 1"
RELEASE = f"""
UPDATE inbounds SET owner = NULL, attempt = attempt - 1, priority = coalesce(priority, {MESSAGE_PRIORITY})
WHERE state = 'new' AND owner = :owner
"""
FORGET = "DELETE FROM processes WHERE id = :owner"
LET_GO = f"""
UPDATE inbounds SET owner = NULL, priority = coalesce(priority, {MESSAGE_PRIORITY})
WHERE session_id = :session AND seq = :seq AND state = 'new' AND owner = :owner
"""
GIVE_BACK = f"""
UPDATE inbounds SET owner = NULL, attempt = attempt - 1, priority = coalesce(priority, {MESSAGE_PRIORITY})
WHERE session_id = :session AND seq = :seq AND state = 'new' AND attempt = :attempt AND owner = :owner
"""
# Inbounds that an ended process held, and those behind them in their sessions, become claimable; the attempts count,
# for one of them may have crashed the process.
RECOVER = "DELETE FROM processes WHERE id <> :owner"
FREE = f"""
UPDATE inbounds SET owner = NULL, priority = coalesce(priority, {MESSAGE_PRIORITY})
WHERE state = 'new' AND owner IS NOT NULL AND owner NOT IN (SELECT id FROM processes)
"""
OPEN = f"""
UPDATE inbounds AS i SET priority = {MESSAGE_PRIORITY}
FROM sessions s
WHERE i.state = 'new' AND i.owner IS NULL AND i.priority IS NULL AND s.id = i.session_id AND NOT s.paused
  AND {takes("i", "s.state", "s.parked")}
"""
# Due waits of sessions that no task runs: a turn under way sets the wake-up time of its session itself. The timers of a
# workflow that is out of service wait until it is back.
DUE = f"""
SELECT {SESSION}, s.wake_at FROM sessions s
WHERE s.wake_at <= :now AND NOT s.paused
  AND NOT EXISTS (SELECT 1 FROM inbounds o WHERE o.session_id = s.id AND o.state = 'new' AND o.owner IS NOT NULL)
  AND NOT EXISTS (SELECT 1 FROM workflows w WHERE w.id = s.workflow_id AND w.status <> 'active')
ORDER BY s.wake_at LIMIT :limit
"""
LOOK = f"""
SELECT
  EXISTS (SELECT 1 FROM sessions WHERE wake_at <= :now AND NOT paused),
  EXISTS (SELECT 1 FROM inbounds WHERE state = 'new' AND owner IS NULL AND priority IS NOT NULL),
  EXISTS (SELECT 1 FROM inbounds WHERE state = 'new' AND owner IS NULL AND priority IS NOT NULL AND {IS_SUSPECT}),
  EXISTS (SELECT 1 FROM processes WHERE id <> :owner),
  EXISTS (SELECT 1 FROM effects WHERE due_at <= :now),
  EXISTS (SELECT 1 FROM outbounds WHERE {UNSETTLED}),
  EXISTS (SELECT 1 FROM schedules WHERE next_at <= :now),
  (SELECT group_concat(
      workflows.id || ':' || coalesce(active_version, '') || ':' || workflows.status
        || coalesce(':' || canaries.id || ':' || percent, ''))
    FROM workflows LEFT JOIN canaries ON canaries.workflow_id = workflows.id AND canaries.state = 'running'),
  EXISTS (SELECT 1 FROM event_sources) OR EXISTS (SELECT 1 FROM event_consumers WHERE due_at <= :now),
  EXISTS (SELECT 1 FROM event_feeds),
  EXISTS (SELECT 1 FROM campaigns WHERE next_at <= :now)
"""


class SqliteLeases:
    """The LeaseStore on SQLite."""

    def __init__(self, engine: SqliteEngine) -> None:
        self._engine = engine
        self._is_known = False

    async def beat(
        self,
        owner: str,
        queues: Collection[QueueName],
        leases: Sequence[LeaseId],
        dead_after_s: float,
        cannot_run: Collection[int] = (),
    ) -> Beat:
        if not self._is_known:  # only one process, so its row need not be renewed, and the disk may sleep
            values = {"owner": owner, "now": now(), "queues": ",".join(sorted(queues))}
            await self._engine.hot_write(lambda connection: connection.execute(BEAT, values).rowcount)
            self._is_known = True
        rows = await self._engine.hot_read(lambda connection: rows_of(connection, OWN, {"owner": owner}))
        own = {TurnId(session, seq): attempt for session, seq, attempt in rows}
        known = {lease.turn for lease in leases}
        return Beat(
            now=datetime.now(UTC),
            lost=tuple(lease.turn for lease in leases if own.get(lease.turn) != lease.attempt),
            unknown=tuple(turn for turn in own if turn not in known),
        )

    async def claim(
        self,
        owner: str,
        limit: int,
        queues: Collection[QueueName],
        *,
        suspects: bool = False,
        without: Collection[int] = (),
    ) -> list[Lease]:
        values = {
            "limit": limit,
            "suspects": suspects,
            "without": json.dumps(list(without)),
            "turns": "turns" in queues,
            "executions": "executions" in queues,
        }

        def claim(connection: sqlite3.Connection) -> list[Lease]:
            sessions = [session for (session,) in rows_of(connection, CLAIM, values)]
            begin = {"owner": owner, "held_by": None, "any": False, "suspects": suspects}
            begun = [_begin(connection, {**begin, "session": session}) for session in sessions]
            return [lease for lease in begun if lease is not None]

        return await self._engine.hot_write(claim)

    async def take(self, owner: str, session: int, *, suspects: bool = False, again: bool = True) -> Lease | None:
        held_by = owner if again else None
        values = {"owner": owner, "held_by": held_by, "session": session, "any": suspects, "suspects": False}
        return await self._engine.hot_write(lambda connection: _begin(connection, values))

    async def has_suspects(self, session: int) -> bool:
        return bool(
            await self._engine.hot_read(lambda connection: rows_of(connection, HAS_SUSPECTS, {"session": session}))
        )

    async def let_go(self, owner: str, turns: Sequence[TurnId]) -> int:
        rows = [{"owner": owner, **turn._asdict()} for turn in turns]
        return await self._engine.hot_write(lambda connection: connection.executemany(LET_GO, rows).rowcount)

    async def give_back(self, owner: str, lease: LeaseId) -> None:
        values = {"owner": owner, "attempt": lease.attempt, **lease.turn._asdict()}
        await self._engine.hot_write(lambda connection: connection.execute(GIVE_BACK, values).rowcount)

    async def release(self, owner: str) -> int:
        def release(connection: sqlite3.Connection) -> int:
            connection.execute(FORGET, {"owner": owner})
            return connection.execute(RELEASE, {"owner": owner}).rowcount

        return await self._engine.hot_write(release)

    async def recover(self, owner: str, dead_after_s: float) -> int:
        def recover(connection: sqlite3.Connection) -> int:
            dead = connection.execute(RECOVER, {"owner": owner}).rowcount
            connection.execute(FREE)
            connection.execute(OPEN)
            return dead

        return await self._engine.hot_write(recover)

    async def due_waits(self, limit: int, share: Share) -> list[DueWait]:
        values = {"now": now(), "limit": limit}
        rows = await self._engine.hot_read(lambda connection: rows_of(connection, DUE, values))
        return [due_wait(session_row(tuple(session)), utc_moment(due)) for *session, due in rows]

    async def look(self, owner: str, dead_after_s: float) -> Seen:
        values = {"owner": owner, "now": now()}
        [row] = await self._engine.hot_read(lambda connection: rows_of(connection, LOOK, values))
        timers, claimable, suspects, orphans, effects, outbounds, schedules, flows, events, feeds, due = row
        return Seen(
            timers=bool(timers),
            claimable=bool(claimable),
            suspects=bool(suspects),
            orphans=bool(orphans),
            effects=bool(effects),
            outbounds=bool(outbounds),
            schedules=bool(schedules),
            campaigns=bool(due),
            events=bool(events),
            feeds=bool(feeds),
            flows=flows or "",
        )


def _begin(connection: sqlite3.Connection, values: dict[str, Any]) -> Lease | None:
    for row in rows_of(connection, TAKE, values):
        stored = load(connection, LOAD_BY_ID, values)
        assert stored is not None
        if stored.key.channel == RUN:
            connection.execute(RAN, values)
        return Lease(stored, leased_inbound(stored, inbound_of(row)))
    return None
