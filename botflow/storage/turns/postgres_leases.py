"""Which process runs which inbound, on Postgres: claim, take, beat, release, recover, look.

A lease is the column `owner`. One row per process shows that it is alive; by renewing that row a process renews all its
leases. An inbound with `priority` and without `owner` waits to be claimed. One without both waits behind another
inbound of its session, and is leased by the commit that finishes that one.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from botflow.engine.inbound import RUN
from botflow.records.leases import Beat, DueWait, Lease, LeaseId, Seen, Share, Worker
from botflow.records.queues import MESSAGE_PRIORITY, QueueName
from botflow.records.turns import TurnId
from botflow.storage.engines.postgres import PostgresEngine
from botflow.storage.turns.limits import SUSPECT_AFTER
from botflow.storage.turns.postgres_statements import (
    SESSION,
    UNHURRIED,
    is_new,
    lease_columns,
    locked,
    next_of,
    run_by,
    takes,
)
from botflow.storage.turns.row_mapping import due_wait, read_lease

# A process has one row, and its leases are valid as long as that row is. Returns the database's time; which of the
# given leases are lost (finished or begun again by another process); which inbounds are ours without our knowledge,
# because the answer of the statement that leased them was lost; how many other processes take turns, and how many of
# them come before us; and all other processes that live.
BEAT = f"""
WITH {UNHURRIED},
beat AS (
  INSERT INTO processes (id, seen_at, queues, cannot_run)
  SELECT %(owner)s, now(), %(queues)s, %(cannot_run)s FROM unhurried
  ON CONFLICT (id) DO UPDATE SET seen_at = now(), cannot_run = excluded.cannot_run),
mine AS MATERIALIZED (
  SELECT * FROM unnest(%(sessions)s::bigint[], %(seqs)s::int[], %(attempts)s::int[]) AS m(session, seq, attempt))
SELECT now(),
  (SELECT coalesce(jsonb_agg(jsonb_build_array(m.session, m.seq)), '[]') FROM mine m
    LEFT JOIN inbounds b ON b.session_id = m.session AND b.seq = m.seq
    WHERE b.state IS DISTINCT FROM 'new' OR b.attempt <> m.attempt),
  (SELECT coalesce(jsonb_agg(jsonb_build_array(b.session_id, b.seq)), '[]') FROM inbounds b
    WHERE b.state = 'new' AND b.owner = %(owner)s
      AND NOT EXISTS (SELECT FROM mine m WHERE m.session = b.session_id AND m.seq = b.seq)),
  (SELECT jsonb_build_array(count(*), count(*) FILTER (WHERE p.id < %(owner)s)) FROM processes p
    WHERE p.queues LIKE '%%turns%%' AND p.id <> %(owner)s
      AND p.seen_at > now() - make_interval(secs => %(dead_after_s)s)),
  (SELECT coalesce(jsonb_agg(jsonb_build_array(p.queues, p.cannot_run)), '[]') FROM processes p
    WHERE p.seen_at > now() - make_interval(secs => %(dead_after_s)s) AND p.id <> %(owner)s)
"""


_NEXT = next_of("s.id", "s.state", "s.parked")
_IS_SUSPECT = f"b.attempt >= {SUSPECT_AFTER}"


def _begin(chosen: str, may_begin: str) -> str:
    return f"""
WITH {UNHURRIED},
next AS MATERIALIZED ({chosen}),
held AS MATERIALIZED (
  SELECT next.session AS session_id, next.seq FROM next,
    {locked("next.session", "next.seq", may_begin, "SKIP LOCKED")} b),
begun AS (
  UPDATE inbounds b SET attempt = b.attempt + 1, owner = %(owner)s, priority = coalesce(b.priority, {MESSAGE_PRIORITY})
  FROM held, sessions s, unhurried
  WHERE b.session_id = held.session_id AND b.seq = held.seq AND s.id = b.session_id
  RETURNING {SESSION}, {lease_columns("b")}),
runs AS (
  UPDATE executions e SET status = 'running' FROM begun
  WHERE begun.channel = '{RUN}' AND e.session_id = begun.id AND e.trigger IS NOT NULL
    AND e.status IN ('pending', 'waiting'))
SELECT * FROM begun
"""


_WAITS = f"""
b.state = 'new' AND b.owner IS NULL AND b.priority IS NOT NULL AND (s.channel = '{RUN}') = ANY(%(runs)s::bool[])
"""


def _compiles(next_inbound: str) -> str:
    """Return the condition that the version of the next turn, which is the session's while an execution is under way,
    compiles in this process."""
    return f"coalesce(s.flow_version, {next_inbound}.flow_version) <> ALL(%(without)s::int[])"


# By priority, then age; one inbound per session, and none of a session that a process is running. A session is ranked
# by the most urgent inbound that waits in it (`b`), and its next one is begun (`h`). A session whose next one may not
# be begun now does not use up the limit.
CLAIM = _begin(
    f"""
  SELECT h.session_id AS session, h.seq
  FROM inbounds b
  JOIN sessions s ON s.id = b.session_id AND NOT s.paused
  JOIN inbounds h ON h.session_id = s.id AND h.seq = {_NEXT}
  WHERE {_WAITS} AND h.attempt < {SUSPECT_AFTER} AND {_compiles("h")}
    AND (SELECT true FROM inbounds o WHERE o.session_id = b.session_id AND o.state = 'new'
      AND (o.owner IS NOT NULL OR o.priority > b.priority OR (o.priority = b.priority AND o.seq < b.seq))
      LIMIT 1) IS NULL
  ORDER BY b.priority DESC, b.received_at LIMIT %(limit)s""",
    f"b.owner IS NULL AND NOT {_IS_SUSPECT}",
)
CLAIM_SUSPECTS = _begin(
    f"""
  SELECT b.session_id AS session, b.seq
  FROM inbounds b JOIN sessions s ON s.id = b.session_id AND NOT s.paused
  WHERE {_WAITS} AND {_IS_SUSPECT} AND b.seq = {_NEXT} AND {run_by("b.session_id")} IS NULL AND {_compiles("b")}
  ORDER BY b.priority DESC, b.received_at LIMIT %(limit)s""",
    f"b.owner IS NULL AND {_IS_SUSPECT}",
)
# One session's next inbound; with `again` also when we hold it: so a failed attempt is followed by the next one.
# Without it, an inbound that this process has just claimed is left to the task that the claim's answer goes to.
TAKE = _begin(
    f"""
  SELECT s.id AS session, {_NEXT} AS seq FROM sessions s
  WHERE s.id = %(session)s AND NOT s.paused AND {run_by("s.id", "<> %(owner)s")} IS NULL""",
    f"(b.owner IS NULL OR (%(again)s AND b.owner = %(owner)s)) AND (%(suspects)s OR NOT {_IS_SUSPECT})",
)
HAS_SUSPECTS = f"""
SELECT 1 FROM inbounds b WHERE b.session_id = %s AND b.state = 'new' AND {_IS_SUSPECT} LIMIT 1
"""

# The process stops: its leases can be claimed at once, and the attempts it cut off do not count.
RELEASE = f"""
WITH gone AS (DELETE FROM processes WHERE id = %(owner)s)
UPDATE inbounds b SET owner = NULL, attempt = b.attempt - 1, priority = coalesce(b.priority, {MESSAGE_PRIORITY})
WHERE b.state = 'new' AND b.owner = %(owner)s
RETURNING b.session_id
"""

# Leases that their process does not know of, or gives back: the attempt counts.
LET_GO = f"""
UPDATE inbounds b SET owner = NULL, priority = coalesce(b.priority, {MESSAGE_PRIORITY})
FROM unnest(%s::bigint[], %s::int[]) AS r(session, seq)
WHERE b.session_id = r.session AND b.seq = r.seq AND {is_new("b")} AND b.owner = %s
RETURNING 1
"""

# A lease that this process cannot run: as if it had not been begun here.
GIVE_BACK = f"""
UPDATE inbounds b SET owner = NULL, attempt = b.attempt - 1, priority = coalesce(b.priority, {MESSAGE_PRIORITY})
WHERE b.session_id = %(session)s AND b.seq = %(seq)s AND b.state = 'new' AND b.attempt = %(attempt)s
  AND b.owner = %(owner)s
RETURNING 1
"""

# Inbounds that silent processes held, and those behind them in their sessions, become claimable; their attempts count,
# for one of them may have crashed the process.
RECOVER = f"""
WITH alive AS MATERIALIZED (
  SELECT id FROM processes WHERE seen_at > now() - make_interval(secs => %(dead_after_s)s)),
gone AS (
  DELETE FROM processes WHERE id <> %(owner)s AND seen_at <= now() - make_interval(secs => %(dead_after_s)s)
  RETURNING id),
freed AS (
  UPDATE inbounds b SET owner = NULL, priority = coalesce(b.priority, {MESSAGE_PRIORITY})
  WHERE b.state = 'new' AND b.owner IS NOT NULL AND b.owner <> %(owner)s AND b.owner NOT IN (SELECT id FROM alive)),
behind AS (
  UPDATE inbounds b SET priority = {MESSAGE_PRIORITY} FROM sessions s
  WHERE b.state = 'new' AND b.owner IS NULL AND b.priority IS NULL AND s.id = b.session_id AND NOT s.paused
    AND {takes("b", "s.state", "s.parked")})
SELECT count(*) FROM gone
"""

# Due waits of sessions that no process runs: a turn under way sets the wake-up time of its session itself. Processes
# divide them by the sessions' ids, so that two seldom compute the same timer; if they do, the commit's fence decides.
# The timers of a workflow that is out of service wait until it is back.
DUE = f"""
SELECT {SESSION}, s.wake_at FROM sessions s
WHERE s.wake_at <= now() AND NOT s.paused AND s.id %% %(of)s = %(place)s AND {run_by("s.id")} IS NULL
  AND s.workflow_id <> ALL(ARRAY(SELECT w.id FROM workflows w WHERE w.status <> 'active'))
ORDER BY s.wake_at LIMIT %(limit)s
"""

# One query tells which of a process's loops have something to do, so that an idle process runs one query a second.
LOOK = f"""
SELECT
  EXISTS (SELECT FROM sessions s WHERE s.wake_at <= now() AND NOT s.paused),
  EXISTS (SELECT FROM inbounds b WHERE b.state = 'new' AND b.owner IS NULL AND b.priority IS NOT NULL),
  EXISTS (SELECT FROM inbounds b WHERE b.state = 'new' AND b.owner IS NULL AND b.priority IS NOT NULL
    AND {_IS_SUSPECT}),
  EXISTS (SELECT FROM processes p WHERE p.id <> %(owner)s
      AND p.seen_at <= now() - make_interval(secs => %(dead_after_s)s))
    OR EXISTS (SELECT FROM inbounds b WHERE b.state = 'new' AND b.owner <> %(owner)s
      AND b.owner <> ALL(ARRAY(SELECT id FROM processes))),
  EXISTS (SELECT FROM effects e WHERE e.due_at <= now()),
  EXISTS (SELECT FROM outbounds o WHERE o.state IN ('ready', 'handed', 'sending', 'unknown')),
  EXISTS (SELECT FROM schedules c WHERE c.next_at <= now()),
  (SELECT md5(string_agg(concat_ws(':', w.id, w.active_version, w.status, c.id, c.percent), ',' ORDER BY w.id))
    FROM workflows w LEFT JOIN canaries c ON c.workflow_id = w.id AND c.state = 'running'),
  EXISTS (SELECT FROM processes p WHERE p.id <> %(owner)s),
  EXISTS (SELECT FROM event_sources) OR EXISTS (SELECT FROM event_consumers k WHERE k.due_at <= now()),
  EXISTS (SELECT FROM event_feeds),
  EXISTS (SELECT FROM campaigns m WHERE m.next_at <= now())
"""


class PostgresLeases:
    """The LeaseStore on Postgres."""

    def __init__(self, engine: PostgresEngine) -> None:
        self._engine = engine

    async def beat(
        self,
        owner: str,
        queues: Collection[QueueName],
        leases: Sequence[LeaseId],
        dead_after_s: float,
        cannot_run: Collection[int] = (),
    ) -> Beat:
        values = {
            "owner": owner,
            "queues": ",".join(sorted(queues)),
            "cannot_run": ",".join(map(str, sorted(cannot_run))),
            "sessions": [lease.turn.session for lease in leases],
            "seqs": [lease.turn.seq for lease in leases],
            "attempts": [lease.attempt for lease in leases],
            "dead_after_s": dead_after_s,
        }
        [[now, lost, unknown, (others, before), workers]] = await self._engine.hot(BEAT, values)
        return Beat(
            now=now,
            lost=tuple(TurnId(*turn) for turn in lost),
            unknown=tuple(TurnId(*turn) for turn in unknown),
            others=others,
            before=before,
            workers=tuple(
                Worker(_words(queues), frozenset(map(int, _words(cannot_run)))) for queues, cannot_run in workers
            ),
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
        runs = [is_run for is_run, queue in ((False, "turns"), (True, "executions")) if queue in queues]
        values = {"owner": owner, "limit": limit, "runs": runs, "without": list(without)}
        return [read_lease(row) for row in await self._engine.hot(CLAIM_SUSPECTS if suspects else CLAIM, values)]

    async def take(self, owner: str, session: int, *, suspects: bool = False, again: bool = True) -> Lease | None:
        values = {"owner": owner, "session": session, "suspects": suspects, "again": again}
        rows = await self._engine.hot(TAKE, values)
        return read_lease(rows[0]) if rows else None

    async def has_suspects(self, session: int) -> bool:
        return bool(await self._engine.hot(HAS_SUSPECTS, (session,)))

    async def let_go(self, owner: str, turns: Sequence[TurnId]) -> int:
        sessions, seqs = [turn.session for turn in turns], [turn.seq for turn in turns]
        return len(await self._engine.hot(LET_GO, (sessions, seqs, owner)))

    async def give_back(self, owner: str, lease: LeaseId) -> None:
        await self._engine.hot(GIVE_BACK, {"owner": owner, "attempt": lease.attempt, **lease.turn._asdict()})

    async def release(self, owner: str) -> int:
        return len(await self._engine.hot(RELEASE, {"owner": owner}))

    async def recover(self, owner: str, dead_after_s: float) -> int:
        [[dead]] = await self._engine.hot(RECOVER, {"owner": owner, "dead_after_s": dead_after_s})
        return int(dead)

    async def due_waits(self, limit: int, share: Share) -> list[DueWait]:
        rows = await self._engine.hot(DUE, {"limit": limit, "place": share.place, "of": share.of})
        return [due_wait(tuple(session), due) for *session, due in rows]

    async def look(self, owner: str, dead_after_s: float) -> Seen:
        [row] = await self._engine.hot(LOOK, {"owner": owner, "dead_after_s": dead_after_s})
        timers, claimable, suspects, orphans, effects, outbounds, schedules, flows, others, events, feeds, due = row
        return Seen(
            timers=timers,
            claimable=claimable,
            suspects=suspects,
            orphans=orphans,
            effects=effects,
            outbounds=outbounds,
            schedules=schedules,
            campaigns=due,
            events=events,
            feeds=feeds,
            flows=flows or "",
            others=others,
        )


def _words(stored: str) -> frozenset[str]:
    return frozenset(stored.split(",")) - {""}
