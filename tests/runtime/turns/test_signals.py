"""Waking up: hints that coalesce, stay small and never hold anybody up."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import orjson
import pytest

from botflow.records.turns import Receipt, TurnId
from botflow.runtime.turns.signals import (
    LARGEST_PAYLOAD,
    MAILBOX_SIZE,
    RECEIPTS_KEPT,
    Delta,
    Hub,
    Mailbox,
    Signal,
    Woken,
)
from botflow.storage.database import open_database
from tests.runtime.until import until

DONE = Receipt(id=TurnId(1, 1), state="done")


class Air:
    """What carries signals between the hubs of a test; `down` loses them."""

    def __init__(self) -> None:
        self.payloads: list[str] = []
        self.down = False
        self._receivers: list[Callable[[str], None]] = []

    async def publish(self, payload: str) -> None:
        if self.down:
            raise ConnectionError("down")
        self.payloads.append(payload)
        for receive in self._receivers:
            receive(payload)

    async def subscribe(self, receive: Callable[[str], None]) -> None:
        self._receivers.append(receive)
        await asyncio.Event().wait()


@asynccontextmanager
async def running(*hubs: Hub) -> AsyncIterator[None]:
    tasks = [asyncio.create_task(hub.run()) for hub in hubs]
    await asyncio.sleep(0.01)
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def taken(mailbox: Mailbox) -> list[Signal]:
    """Return all signals there are."""
    signals = []
    while (signal := await mailbox.get(0.0)) is not None:
        signals.append(signal)
    return signals


async def test_wake_ups_coalesce() -> None:
    hub = Hub(None)
    with hub.listen(1) as mailbox:
        hub.wake([1, 1, 1])
        hub.wake([1])
        assert await taken(mailbox) == [Woken()]


async def test_a_process_that_is_alone_tells_nobody_else_of_its_sessions_until_another_one_is_seen() -> None:
    air = Air()
    hub = Hub(air)
    async with running(hub):
        hub.seen(others=False)
        with hub.listen(1) as mailbox:
            hub.wake([1])
            hub.finished(DONE)
            hub.delta(1, Delta(1, 1, "a piece"))
            assert await taken(mailbox) == [Delta(1, 1, "a piece"), Woken()]
        hub.flows_changed()
        await until(lambda: bool(air.payloads))
        hub.seen(others=True)
        hub.finished(DONE)
        await until(lambda: len(air.payloads) > 1)
    assert [orjson.loads(payload)[1] for payload in air.payloads] == [[["f"]], [["w", 1]]]


async def test_only_who_listens_to_a_session_is_woken() -> None:
    hub = Hub(None)
    with hub.listen(1) as one, hub.listen(1) as twin, hub.listen(2) as other:
        hub.wake([1])
        assert (await taken(one), await taken(twin), await taken(other)) == ([Woken()], [Woken()], [])


async def test_nobody_is_told_after_they_left() -> None:
    hub = Hub(None)
    with hub.listen(1) as mailbox:
        pass
    hub.wake([1])
    assert await taken(mailbox) == []
    assert hub._listeners == {}


async def test_pieces_of_a_reply_come_in_order_and_before_the_wake_up() -> None:
    hub = Hub(None)
    with hub.listen(1) as mailbox:
        hub.wake([1])
        for text in "abc":
            hub.delta(1, Delta(seq=2, attempt=1, text=text))
        assert await taken(mailbox) == [*(Delta(2, 1, text) for text in "abc"), Woken()]


async def test_a_slow_reader_loses_the_oldest_pieces_and_never_the_wake_up() -> None:
    hub = Hub(None)
    with hub.listen(1) as mailbox:
        hub.wake([1])
        for number in range(MAILBOX_SIZE + 10):
            hub.delta(1, Delta(1, 1, str(number)))
        signals = await taken(mailbox)
    assert len(signals) == MAILBOX_SIZE + 1
    assert (signals[0], signals[-1]) == (Delta(1, 1, "10"), Woken())


async def test_without_a_signal_a_reader_gets_none_in_time() -> None:
    with Hub(None).listen(1) as mailbox:
        assert await mailbox.get(0.01) is None
        assert await mailbox.woken(0.01) == []


async def test_whoever_waits_for_a_turn_gets_its_receipt_with_the_wake_up() -> None:
    hub = Hub(None)
    with hub.listen(1) as mailbox:
        hub.delta(1, Delta(1, 1, "dropped in between"))
        hub.finished(DONE)
        assert await mailbox.woken(1.0) == [DONE]
        assert await taken(mailbox) == []


async def test_kept_receipts_are_bounded() -> None:
    hub = Hub(None)
    with hub.listen(1) as mailbox:
        for seq in range(RECEIPTS_KEPT + 3):
            hub.finished(Receipt(id=TurnId(1, seq), state="done"))
        receipts = await mailbox.woken(1.0)
    assert [receipt.id.seq for receipt in receipts] == list(range(3, RECEIPTS_KEPT + 3))


async def test_another_process_is_woken_and_gets_pieces_but_no_receipts() -> None:
    air = Air()
    here, there = Hub(air), Hub(air)
    with here.listen(1) as mine, there.listen(1) as theirs:
        async with running(here, there):
            here.delta(1, Delta(2, 1, "a"))
            here.finished(DONE)
            assert await theirs.get(5.0) == Delta(2, 1, "a")
            assert await theirs.woken(5.0) == []
            assert await taken(mine) == [Delta(2, 1, "a"), Woken()]  # each once: its own come back and are dropped


async def test_many_signals_travel_in_few_payloads_each_small_enough() -> None:
    air = Air()
    hub = Hub(air)
    for session in range(2_000):
        hub.wake([session])
    async with running(hub):

        async def is_out() -> bool:
            return not hub._outgoing

        await until(is_out)
    sessions = [signal[1] for payload in air.payloads for signal in orjson.loads(payload)[1]]
    assert sessions == list(range(2_000))
    assert len(air.payloads) < 10
    assert max(len(payload.encode()) for payload in air.payloads) <= LARGEST_PAYLOAD + 64


async def test_a_piece_too_long_for_a_payload_is_cut_because_the_message_replaces_it() -> None:
    air = Air()
    here, there = Hub(air), Hub(air)
    with there.listen(1) as mailbox:
        async with running(here, there):
            here.delta(1, Delta(1, 1, "\U0001f600" * 100_000))
            delta = await mailbox.get(5.0)
    assert isinstance(delta, Delta)
    assert 0 < len(delta.text) < 100_000
    assert max(len(payload.encode()) for payload in air.payloads) <= LARGEST_PAYLOAD


async def test_postgres_carries_the_largest_payload(postgres_url: str) -> None:
    database = await open_database(postgres_url, migrate=False)
    here, there = Hub(database.signals), Hub(database.signals)
    async with running(here, there):
        with there.listen(1) as mailbox:

            async def hears() -> bool:
                here.delta(1, Delta(1, 1, "ü" * 100_000))
                return await mailbox.get(0.2) is not None

            await until(hears)
    await database.close()


async def test_a_transport_that_is_down_loses_hints_and_nothing_else() -> None:
    air = Air()
    air.down = True
    here, there = Hub(air), Hub(air)
    with here.listen(1) as mine, there.listen(1) as theirs:
        async with running(here, there):
            here.wake([1])
            assert await mine.get(1.0) == Woken()
            assert await theirs.get(0.05) is None
            air.down = False
            here.wake([1])
            assert await theirs.get(5.0) == Woken()


async def test_every_process_hears_that_a_workflow_changed_and_unknown_signals_are_passed_over() -> None:
    air = Air()
    here, there = Hub(air), Hub(air)
    heard = asyncio.Event()
    there.on_flows_changed(heard.set)
    async with running(here, there):
        await air.publish(orjson.dumps(["newer", [["z", 1, 2], ["w", 7]]]).decode())
        here.flows_changed()
        await asyncio.wait_for(heard.wait(), 5)


async def test_a_process_that_ends_says_what_it_has_to_say() -> None:
    air = Air()
    hub = Hub(air)
    hub.wake([1])
    hub.claimable()
    await hub.flush()
    [payload] = air.payloads
    assert orjson.loads(payload)[1] == [["w", 1], ["c"]]
    await hub.flush()
    await Hub(None).flush()
    assert len(air.payloads) == 1


async def test_a_transport_that_hangs_holds_up_no_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("botflow.runtime.turns.signals.FLUSH_S", 0.05)

    class Stuck(Air):
        async def publish(self, payload: str) -> None:
            await asyncio.Event().wait()

    hub = Hub(Stuck())
    hub.wake([1])
    await asyncio.wait_for(hub.flush(), 5)


async def test_one_process_needs_no_transport(sqlite_url: str) -> None:
    database = await open_database(sqlite_url, migrate=False)
    hub = Hub(database.signals)
    await hub.run()
    hub.wake([1])
    assert not hub._outgoing
    await database.close()
