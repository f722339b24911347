"""What a process remembers of people goes when a person is erased anywhere, and every day."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from botflow.records.erasures import Person
from botflow.records.sessions import SessionKey
from botflow.runtime.delivery.loop_breaker import Suspects
from botflow.runtime.erasures.process_memory import EVERY_S, ProcessMemory
from botflow.storage.database import Database
from botflow.storage.erasure.ledger import Look, look
from tests.held_words import held_words
from tests.storage.erasure.canary_rows import OPERATOR, eraser_of
from tests.web.site import MovableClock


class Kept:
    """Counts how often it was dropped."""

    def __init__(self, database: Database) -> None:
        self.dropped = 0
        self.sessions: list[int] = []
        self.clock = MovableClock()
        self.memory = ProcessMemory(self.drop_sessions, [self.drop], look=lambda: _look(database), clock=self.clock)

    def drop(self) -> None:
        self.dropped += 1

    def drop_sessions(self, sessions: Sequence[int]) -> None:
        self.sessions += sessions


async def _look(database: Database) -> Look:
    return await database.engine.read(look)


async def test_an_erasure_by_another_process_is_seen_though_no_signal_comes(database: Database) -> None:
    kept, eraser = Kept(database), eraser_of(database)
    await kept.memory.look()
    await kept.memory.look()
    assert kept.dropped == 0
    for person in ("canary-one", "canary-two"):
        before = kept.dropped
        await eraser.begin(OPERATOR, Person(keys=(person,)))
        await kept.memory.look()
        assert kept.dropped == before + 1  # it has begun
        while await eraser.work():
            pass
        await kept.memory.look()
        await kept.memory.look()
        assert kept.dropped == before + 2  # it is over, and nothing was remembered meanwhile that stays
    await eraser.begin(OPERATOR, Person(keys=("canary-three",)))
    while await eraser.work():
        pass
    await kept.memory.look()
    assert kept.dropped == 5  # it began and ended between two looks


async def test_a_day_is_as_long_as_anything_is_remembered(database: Database) -> None:
    kept = Kept(database)
    await kept.memory.look()
    kept.clock.ahead_s = EVERY_S - 60
    await kept.memory.look()
    assert kept.dropped == 0
    kept.clock.ahead_s = EVERY_S + 1
    await kept.memory.look()
    await kept.memory.look()
    assert kept.dropped == 1


async def test_a_signal_drops_all_and_names_the_sessions(database: Database) -> None:
    kept = Kept(database)
    kept.memory.forget([4, 7])
    assert (kept.dropped, kept.sessions) == (1, [4, 7])


def test_who_has_written_is_forgotten() -> None:
    suspects = Suspects()
    suspects.hears(SessionKey(1, "sms", "+12125550111"), "canary-said", 1.0)
    assert held_words(["12125550111", "canary-said"], [suspects]).keys() == {"12125550111", "canary-said"}
    suspects.forget()
    assert held_words(["12125550111", "canary-said"], [suspects]) == {}


async def test_the_databases_statements_keep_no_values_after_that(database: Database) -> None:
    engine: object = database.engine
    core = getattr(engine, "_engine", None) or getattr(getattr(engine, "_threads", None), "_core", None)
    cache: Any = getattr(getattr(core, "sync_engine", core), "_compiled_cache", None)
    cache["a statement"] = "canary"
    database.engine.forget_values()
    assert len(cache) == 0
