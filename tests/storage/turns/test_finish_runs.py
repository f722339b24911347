"""What a leased turn leaves to be done after it: effects, and a run's checkpoint, status and next stretch."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import select

from botflow.engine.effects import EmitEvent, StartRun
from botflow.engine.inbound import Inbound
from botflow.records.leases import Lease
from botflow.records.runs import StartedRun
from botflow.records.turns import TurnId
from botflow.storage.database import Database
from botflow.storage.runs.changes import lifecycle
from botflow.storage.tables import checkpoints
from botflow.storage.turns.limits import KEPT_CHECKPOINTS
from tests.storage.aged_rows import executions, inbound_rows, opt_out, start_run_of
from tests.storage.leased_turns import ONE, TWO, accept, finish, finishing, leased, take
from tests.storage.sample_turns import ended, key, message, running, waiting

EMIT = EmitEvent(name="paid", payload={"sum": 3})
HIGH = 20


async def test_effects_follow_the_turn_and_its_next_inbound_is_taken_along_all_the_same(database: Database) -> None:
    lease = await leased(database)
    await accept(database, "m2")
    effects = (EMIT, StartRun(branch="", workflow="other", input={"a": 1}))
    finished = await finish(database, lease, waiting(lease.session, lease.queued.inbound, effects=effects))
    assert finished.next is not None
    assert (finished.next.queued.inbound.key, finished.next.queued.attempt) == ("m2", 1)
    found = await database.effects.claim(10)
    assert [(effect.name, effect.kind) for effect in found] == [
        (f"{lease.session.id}.1.0", "emit"),
        (f"{lease.session.id}.1.1", "start"),
    ]
    assert found[0].body["payload"] == {"sum": 3}


async def test_a_turn_with_effects_that_a_fence_refuses_leaves_none(database: Database) -> None:
    lease = await leased(database)
    commit = waiting(lease.session, lease.queued.inbound, effects=(EMIT,))
    await opt_out(database, key())
    assert await database.turns.finish(finishing(lease, commit)) is None
    assert await database.effects.claim(10) == []
    assert (await database.turns.receipt(lease.queued.id)).state == "new"


async def test_a_turn_with_effects_of_an_attempt_that_is_over_leaves_none(database: Database) -> None:
    lease = await leased(database)
    again = await take(database, lease.session.id)
    commit = waiting(lease.session, lease.queued.inbound, effects=(EMIT,))
    assert await database.turns.finish(finishing(lease, commit)) is None
    assert await database.effects.claim(10) == []
    await finish(database, again, commit)
    assert await database.turns.finish(finishing(again, commit)) is None
    assert len(await database.effects.claim(10)) == 1


async def test_a_claimed_run_is_running(database: Database) -> None:
    run = await start_run_of(database, priority=HIGH)
    assert [row.status for row in await executions(database)] == ["pending"]
    [lease] = await database.leases.claim(ONE, 10, ["executions"])
    assert (lease.queued.id, lease.queued.inbound.kind) == (TurnId(run.session, 1), "trigger")
    assert [row.status for row in await executions(database)] == ["running"]


async def test_a_runs_next_stretch_is_ours_at_once(database: Database) -> None:
    run, lease = await _begun(database)
    commit = running(lease.session, lease.queued.inbound)
    finished = await finish(database, lease, commit)
    assert not finished.must_look
    assert finished.next is not None
    stored, queued = finished.next
    assert (queued.id, queued.attempt, queued.inbound.kind) == (TurnId(run.session, 2), 1, "resume")
    assert (queued.inbound.key, queued.inbound.token, queued.flow_version) == ("resume:1", "1", 7)
    assert stored.session == commit.turn.session
    after = await database.turns.load_by_id(run.session)
    assert after is not None
    assert (after.last_seq, after.done_seq) == (2, 1)
    assert [(row.state, row.owner, row.attempt, row.priority) for row in await inbound_rows(database)] == [
        ("done", ONE, 1, HIGH),
        ("new", ONE, 1, HIGH),
    ]
    assert [row.status for row in await executions(database)] == ["running"]


async def test_a_process_that_stops_leaves_the_next_stretch_to_be_claimed_at_the_runs_priority(
    database: Database,
) -> None:
    _, lease = await _begun(database)
    finished = await finish(database, lease, running(lease.session, lease.queued.inbound), owner=None)
    assert finished.next is None
    assert [(row.owner, row.attempt, row.priority) for row in await inbound_rows(database)][1] == (None, 0, HIGH)
    [claimed] = await database.leases.claim(TWO, 10, ["executions"])
    assert (claimed.queued.inbound.kind, claimed.queued.attempt) == ("resume", 1)


async def test_a_run_goes_on_before_whatever_else_came(database: Database) -> None:
    run, lease = await _begun(database)
    await accept(database, _delivery(run), who=lease.session.key)
    finished = await finish(database, lease, running(lease.session, lease.queued.inbound))
    assert finished.next is not None
    assert (finished.next.queued.inbound.kind, finished.next.queued.id.seq) == ("resume", 3)
    again = await finish(database, finished.next, waiting(finished.next.session, finished.next.queued.inbound))
    assert again.next is not None
    assert again.next.queued.inbound.key == "d1"
    assert [row.status for row in await executions(database)] == ["waiting"]


async def test_a_stretch_that_waits_goes_before_whatever_else_came(database: Database) -> None:
    run, lease = await _begun(database)
    await accept(database, _delivery(run), who=lease.session.key)
    await finish(database, lease, running(lease.session, lease.queued.inbound), owner=None)
    assert (await take(database, run.session, TWO)).queued.inbound.kind == "resume"


async def test_a_run_that_goes_on_leaves_a_checkpoint(database: Database) -> None:
    run, lease = await _begun(database)
    await finish(database, lease, running(lease.session, lease.queued.inbound, node="second"))
    [checkpoint] = await database.engine.read(lifecycle.list_checkpoints, run.session)
    assert (checkpoint.version, checkpoint.node) == (1, "second")


async def test_a_run_keeps_its_newest_checkpoints(database: Database) -> None:
    _, lease = await _begun(database)
    for _ in range(KEPT_CHECKPOINTS + 3):
        finished = await finish(database, lease, running(lease.session, lease.queued.inbound))
        assert finished.next is not None
        lease = finished.next
    versions = select(checkpoints.c.version).order_by(checkpoints.c.version)
    kept = await database.engine.read(lambda connection: connection.execute(versions).scalars().all())
    assert list(kept) == list(range(4, KEPT_CHECKPOINTS + 4))


async def test_a_run_that_ends_says_so_with_its_output(database: Database) -> None:
    _, lease = await _begun(database)
    finished = await finish(database, lease, ended(lease.session, lease.queued.inbound, output={"sum": 3}))
    assert finished.next is None
    [row] = await executions(database)
    assert (row.status, row.output, row.ended_at is not None) == ("completed", {"sum": 3}, True)
    assert len(await inbound_rows(database)) == 1


async def test_a_run_that_is_cancelled_meanwhile_goes_on_no_more(database: Database) -> None:
    run, lease = await _begun(database)
    await database.engine.write(lifecycle.cancel, run.execution, None, skip_finally=False)
    assert await database.turns.finish(finishing(lease, running(lease.session, lease.queued.inbound))) is None
    assert [row.state for row in await inbound_rows(database)] == ["stale"]
    assert [row.status for row in await executions(database)] == ["cancelled"]


def _delivery(run: StartedRun) -> Inbound:
    """Something else that a run may wait for."""
    news = message("d1", "", channel="run", provider="run", sender=run.execution)
    return replace(news, kind="delivery", token="1")


async def _begun(database: Database) -> tuple[StartedRun, Lease]:
    run = await start_run_of(database, priority=HIGH)
    return run, await take(database, run.session)
