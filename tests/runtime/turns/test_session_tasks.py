"""The sessions that a process runs: one task each, which takes what waits, and is ended by a stop or a beat."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from typing import Any

import pytest
from structlog.testing import capture_logs

from botflow.nodes.custom.action import action
from botflow.records.leases import Beat, Finished, Finishing, Lease, LeaseId
from botflow.records.queues import QUEUES, QueueName
from botflow.runtime.process.timing import Timing
from botflow.runtime.turns.run import ATTEMPTS
from botflow.runtime.turns.serving import Serving
from botflow.storage.database import Database
from botflow.storage.turns.store import LeaseStore, TurnStore
from tests.engine.conversation import node, say
from tests.runtime.bot_without_worker import THINKING, Bot, asks, counts, open_bot, texts
from tests.runtime.bot_world import Question
from tests.runtime.inbound_rows import claimable, lease, set_lease
from tests.runtime.turns.held_turns import held, let_go, said
from tests.runtime.until import until

QUICK = Timing().scaled(0.05)
THINKING_TWICE = (counts("count", "one"), *THINKING)


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("botflow.runtime.turns.run.PAUSE_BEFORE_ATTEMPT_S", {})


# -- what else waits in the session


async def test_a_second_message_is_taken_along_by_the_commit_of_the_first(database: Database) -> None:
    async with open_bot(database, *THINKING) as bot:
        bot.world.held = asyncio.Event()
        first = asyncio.create_task(bot.hear("one", "m1"))
        await asyncio.wait_for(bot.world.begun.wait(), 5)
        second = asyncio.create_task(bot.hear("two", "m2"))
        await until(lambda: _has(bot, last_seq=2))
        let_go(bot)
        replies = await asyncio.gather(first, second)
        assert [texts(receipt) for receipt in replies] == [["first! second!"]] * 2
        assert bot.turns.calls["finish"] == 2
        assert (bot.leases.calls["take"], bot.leases.calls["claim"]) == (0, 0)
        assert [await lease(database, receipt.id) for receipt in replies] == [("done", 1, bot.owner)] * 2


async def test_a_message_that_comes_while_another_process_runs_the_session_is_run_there(database: Database) -> None:
    async with open_bot(database, *THINKING) as bot:
        first = await bot.queued("hi", "m1")
        running = await held(bot, first.id.session)
        second = await bot.queued("and", "m2")
        twin = bot.twin()
        await twin.work()
        assert twin.sessions.leases() == []
        let_go(bot)
        await running
        states = [(await database.turns.receipt(receipt.id)).state for receipt in (first, second)]
        assert states == ["done", "done"]


# -- a stop


async def test_a_stopped_process_lets_its_attempt_go_and_another_runs_it_at_once(database: Database) -> None:
    """More often than an inbound may be attempted: a stop is nobody's failure. What was answered is not asked again."""
    async with open_bot(database, *THINKING) as bot:
        receipt = await bot.queued("hi", "m1")
        for _ in range(ATTEMPTS + 1):
            twin = bot.twin()
            running = await held(twin, receipt.id.session)
            await twin.sessions.stop(0.0)
            await running
            assert [waiting.session for waiting in await claimable(database)] == [receipt.id.session]
            assert await lease(database, receipt.id) == ("new", 0, None)
        bot.world.held = None
        await bot.work()
        assert await said(bot, receipt.id) == ["first! second!"]
        assert bot.world.asked == ["first"] * (ATTEMPTS + 2) + ["second"]


async def test_a_stop_lets_a_turn_end_that_is_short_enough(database: Database) -> None:
    async with open_bot(database, *THINKING) as bot:
        first, behind = await bot.queued("hi", "m1"), await bot.queued("and", "m2")
        twin = bot.twin()
        running = await held(twin, first.id.session)
        stopping = asyncio.create_task(twin.sessions.stop(5.0))
        await asyncio.sleep(0.05)
        let_go(bot)
        await asyncio.gather(stopping, running)
        assert await said(bot, first.id) == ["first! second!"]
        assert await lease(database, behind.id) == ("new", 0, None)  # a process that stops takes nothing along
        assert [waiting.seq for waiting in await claimable(database)] == [behind.id.seq]


async def test_a_stop_in_the_pause_before_a_retry_lets_go_as_well(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_bot(database, *THINKING) as bot:
        monkeypatch.setattr("botflow.runtime.turns.run.PAUSE_BEFORE_ATTEMPT_S", {2: 3600.0})
        bot.world.crashes["turn.kept"] = 1
        receipt = await bot.queued("hi", "m1")
        twin = bot.twin()
        with capture_logs():
            turn = asyncio.create_task(twin.advance(receipt.id.session))
            await asyncio.wait({turn}, timeout=0.3)
        await twin.sessions.stop(0.0)
        await turn
        assert await lease(database, receipt.id) == ("new", 1, None)
        monkeypatch.setattr("botflow.runtime.turns.run.PAUSE_BEFORE_ATTEMPT_S", {})
        await bot.work()
        assert await said(bot, receipt.id) == ["first! second!"]
        assert bot.world.asked == ["first", "second"]


async def test_a_turn_that_ignores_the_stop_does_not_hold_it_up(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("botflow.runtime.turns.session_tasks.CUT_OFF_S", 0.2)
    begun, over = asyncio.Event(), asyncio.Event()

    @action("test.stubborn")
    async def stubborn(properties: Question, variables: Mapping[str, Any]) -> str:
        begun.set()
        while not over.is_set():
            with suppress(asyncio.CancelledError):
                await over.wait()
        return "done"

    async with open_bot(database, node("one", "test.stubborn", question="hm"), types=(stubborn,)) as bot:
        twin = bot.twin()
        receipt = await bot.queued("hi", "m1")
        running = asyncio.create_task(twin.advance(receipt.id.session))
        await asyncio.wait_for(begun.wait(), 5)
        with capture_logs() as logs:
            await asyncio.wait_for(twin.sessions.stop(0.05), 5)
        assert [line["event"] for line in logs] == ["turns_stop_late"]
        assert await lease(database, receipt.id) == ("new", 0, None)
        over.set()
        await running
        await bot.work()
        assert (await database.turns.receipt(receipt.id)).state == "done"


async def test_a_stop_tells_other_processes_that_there_is_something_to_claim(database: Database) -> None:
    async with open_bot(database, *THINKING) as bot:
        receipt = await bot.queued("hi", "m1")
        heard: list[str] = []
        bot.hub.on_claimable(lambda: heard.append("claimable"))
        twin = bot.twin()
        running = await held(twin, receipt.id.session)
        assert heard == []
        await twin.sessions.stop(0.0)
        await running
        assert heard == ["claimable"]


async def test_a_stop_that_releases_nothing_says_nothing(database: Database) -> None:
    async with open_bot(database, *THINKING) as bot:
        heard: list[str] = []
        bot.hub.on_claimable(lambda: heard.append("claimable"))
        await bot.twin().sessions.stop(0.0)
        assert heard == []


# -- suspects


async def test_a_session_without_suspects_does_not_stand_in_their_line(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("botflow.runtime.turns.quarantine.ALONE_S", 3600.0)
    async with open_bot(database, *THINKING) as bot:
        neighbour = await bot.queued("hi", "n1", person="bob")
        await bot.advance(neighbour.id.session)
        suspect = await bot.queued("hi", "m1")
        await set_lease(database, suspect.id, owner=None, attempt=2)
        slow = await held(bot, suspect.id.session)
        await asyncio.wait_for(bot.advance(neighbour.id.session), 5)
        let_go(bot)
        await slow
        assert await said(bot, suspect.id) == ["first! second!"]


async def test_a_suspect_that_is_claimed_while_its_task_stands_in_line_is_begun_at_once(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A repeated message looks at its session, and waits for the claim of the same suspect, which has the quarantine:
    had that waited for the task, the attempt would have been counted, and never run."""
    monkeypatch.setattr("botflow.runtime.turns.quarantine.ALONE_S", 3600.0)
    async with open_bot(database, *THINKING) as bot:
        suspect = await bot.queued("hi", "m1")
        await set_lease(database, suspect.id, owner=None, attempt=2)
        async with bot.sessions.quarantine.alone():
            bot.sessions.look(suspect.id.session)
            await until(lambda: bot.leases.calls["has_suspects"] == 1)
            await asyncio.sleep(0.1)
            [claimed] = await database.leases.claim(bot.owner, 1, QUEUES, suspects=True)
            await asyncio.wait_for(bot.sessions.start(claimed), 5)
        await bot.idle(suspect.id.session)
        assert await said(bot, suspect.id) == ["first! second!"]
        assert (await lease(database, suspect.id))[1] == ATTEMPTS


# -- what a beat says


class LateBeats:
    """A LeaseStore whose beats are a long time on their way to the database."""

    def __init__(self, store: LeaseStore) -> None:
        self._store = store
        self.left, self.arrive = asyncio.Event(), asyncio.Event()

    async def beat(
        self,
        owner: str,
        queues: Collection[QueueName],
        leases: Sequence[LeaseId],
        dead_after_s: float,
        cannot_run: Collection[int] = (),
    ) -> Beat:
        self.left.set()
        await self.arrive.wait()
        return await self._store.beat(owner, queues, leases, dead_after_s, cannot_run)


async def test_a_beat_that_says_an_attempt_is_lost_does_not_end_the_next_one(database: Database) -> None:
    """The attempt failed, and this very process began the next one, while the beat was on its way."""
    async with open_bot(database, *THINKING) as bot:
        late: Any = LateBeats(database.leases)
        bot.keeper._store = late
        receipt = await bot.queued("hi", "m1")
        turn = await held(bot, receipt.id.session)
        beat = asyncio.create_task(bot.keeper.beat())
        await asyncio.wait_for(late.left.wait(), 5)
        bot.world.crashes["turn.asked"] = 1
        first, bot.world.held = bot.world.held, asyncio.Event()
        bot.world.begun.clear()
        assert first is not None
        with capture_logs():
            first.set()
            await asyncio.wait_for(bot.world.begun.wait(), 5)
        late.arrive.set()
        await beat
        let_go(bot)
        await turn
        assert await said(bot, receipt.id) == ["first! second!"]
        assert (await lease(database, receipt.id))[1] == 2


async def test_a_beat_does_not_end_a_look_at_a_session_that_waits_for_its_place(database: Database) -> None:
    async with open_bot(database, *THINKING) as bot:
        suspect = await bot.queued("hi", "m1")
        await set_lease(database, suspect.id, owner=None, attempt=2)
        async with bot.sessions.quarantine.alone():
            looking = asyncio.create_task(bot.advance(suspect.id.session))
            await until(lambda: bot.leases.calls["has_suspects"] == 1)
            await asyncio.sleep(0.1)
            await bot.keeper.beat()
            await asyncio.sleep(0.1)
        await looking
        assert await said(bot, suspect.id) == ["first! second!"]


async def test_a_request_for_an_earlier_turn_does_not_wait_for_the_one_that_runs(database: Database) -> None:
    """It has just read that its turn is not done, and meanwhile it is: nothing here will tell it so."""
    async with open_bot(database, asks("one", "first", "reply"), say("reply", "{{ $one.value }}")) as bot:
        first, second = await bot.queued("one", "m1"), await bot.queued("two", "m2")
        turn = await held(bot, first.id.session)
        held_first, bot.world.held = bot.world.held, asyncio.Event()
        assert held_first is not None
        held_first.set()
        await until(lambda: len(bot.world.asked) == 2)
        assert bot.sessions.outcome(first.id) is None
        assert bot.sessions.outcome(second.id) is not None
        let_go(bot)
        await turn


async def _has(bot: Bot, *, last_seq: int) -> bool:
    return (await bot.database.turns.load(bot.key())).last_seq == last_seq


# -- a claim that is faster than the task of its session


class SlowLeases:
    """A LeaseStore whose `take` does not begin before it may."""

    def __init__(self, store: LeaseStore) -> None:
        self._store = store
        self.asked, self.may_take = asyncio.Event(), asyncio.Event()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def take(self, owner: str, session: int, *, suspects: bool = False, again: bool = True) -> Lease | None:
        self.asked.set()
        await self.may_take.wait()
        return await self._store.take(owner, session, suspects=suspects, again=again)


class SlowFinish:
    """A TurnStore whose first `finish` has committed long before its answer comes."""

    def __init__(self, store: TurnStore) -> None:
        self._store = store
        self.committed, self.may_answer = asyncio.Event(), asyncio.Event()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def finish(self, finishing: Finishing) -> Finished | None:
        finished = await self._store.finish(finishing)
        self.committed.set()
        await self.may_answer.wait()
        return finished


@pytest.mark.parametrize(("following", "attempt"), [("look on", 1), ("begin again", 2)])
async def test_a_claim_that_overtakes_a_look_asks_no_question_twice(
    database: Database, following: Any, attempt: int
) -> None:
    async with open_bot(database, *THINKING) as bot:
        receipt = await bot.queued("hi", "m1")
        slow: Any = SlowLeases(database.leases)
        bot.sessions._leases = slow
        session = receipt.id.session
        serving = bot.sessions._serving[session] = Serving(session)
        serving.task = asyncio.create_task(bot.sessions._serve(serving, following))
        await slow.asked.wait()

        await bot.keeper._claim()
        slow.may_take.set()
        await bot.idle(session)

        assert await said(bot, receipt.id) == ["first! second!"]
        assert bot.world.asked == ["first", "second"]
        assert (await lease(database, receipt.id))[1] == attempt


async def test_a_claim_that_overtakes_the_answer_of_a_commit_goes_on_after_it(database: Database) -> None:
    """The task that committed is not cancelled: it tells the waiting request, and the rest of the process."""
    async with open_bot(database, *THINKING) as bot:
        slow: Any = SlowFinish(bot.turns)
        bot.runner._turns = slow
        first = await bot.queued("hi", "m1")
        await bot.keeper._claim()
        await slow.committed.wait()
        second = await bot.queued("and", "m2")

        await bot.keeper._claim()
        slow.may_answer.set()
        await bot.idle(first.id.session)

        assert [await said(bot, receipt.id) for receipt in (first, second)] == [["first! second!"]] * 2
        assert bot.world.asked == ["first", "second"] * 2
        assert [(await lease(database, receipt.id))[1] for receipt in (first, second)] == [1, 1]
        assert len(bot.committed) == 2


async def test_a_lease_that_has_been_begun_again_since_is_ignored(database: Database) -> None:
    async with open_bot(database, *THINKING) as bot:
        receipt = await bot.queued("hi", "m1")
        old = await database.leases.take(bot.owner, receipt.id.session)
        new = await database.leases.take(bot.owner, receipt.id.session)
        assert old is not None
        assert new is not None

        task = bot.sessions.start(new)
        assert bot.sessions.start(old) is task
        await bot.idle(receipt.id.session)

        assert await said(bot, receipt.id) == ["first! second!"]
        assert bot.world.asked == ["first", "second"]
