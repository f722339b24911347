"""When a process says that the database refuses its messages."""

from __future__ import annotations

from contextlib import suppress

from botflow.errors import ProviderError
from botflow.runtime.turns.refusals import AFTER_S, FOR_S, Refusals


class Place:
    """Refusals, and a clock that the test moves."""

    def __init__(self) -> None:
        self.now_s = 100.0
        self.refusals = Refusals(lambda: self.now_s)

    def hear(self, after_s: float, code: str = "") -> bool:
        self.now_s += after_s
        with suppress(ProviderError), self.refusals:
            if code:
                raise ProviderError("refused", code=code, retryable=True)
        return self.refusals.are_lasting


AWAY = "database.unavailable"


def test_one_refusal_says_little_and_many_in_a_row_say_it() -> None:
    place = Place()
    assert [place.hear(1.0, AWAY) for _ in range(5)] == [False, False, False, True, True]


def test_a_message_that_is_taken_ends_it() -> None:
    place = Place()
    place.hear(1.0, AWAY)
    assert place.hear(AFTER_S, AWAY)
    assert not place.hear(0.1)
    assert not place.hear(0.1, AWAY)


def test_an_old_refusal_says_nothing() -> None:
    """Nobody sends messages to a process that is not ready, so that it must become ready again by itself."""
    place = Place()
    place.hear(1.0, AWAY)
    assert place.hear(AFTER_S, AWAY)
    place.now_s += FOR_S + 0.1
    assert not place.refusals.are_lasting
    assert not place.hear(0.0, AWAY)


def test_another_failure_is_not_the_databases() -> None:
    place = Place()
    assert [place.hear(2.0, "redis.unavailable") for _ in range(5)] == [False] * 5
