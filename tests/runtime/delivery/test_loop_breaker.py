"""The loop breaker: robots are paused for longer each time, people come through."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from botflow.records.sessions import SessionKey
from botflow.runtime.delivery.loop_breaker import ECHOES, FLOOD, KEPT, PAUSES_S, PEACE_S, SUSPECT, Suspects, circling
from botflow.storage.delivery.gate_facts import Exchange, PartFacts, Pause
from botflow.storage.spending import Person

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
ANN = SessionKey(1, "sms", "+15550001111")


def ago(seconds: float) -> datetime:
    return NOW - timedelta(seconds=seconds)


def facts(*heard: tuple[float, str], said: tuple[str, ...] = (), pause: Pause | None = None) -> PartFacts:
    """Return an exchange: (seconds ago, text) for each message, the newest first."""
    return PartFacts(
        person=Person(organization=1, session=1, channel="sms", address=ANN.external_id),
        now=NOW,
        is_stopped=False,
        confirms=False,
        exchange=Exchange(heard=tuple((ago(age), text) for age, text in heard), said=said, pause=pause),
    )


def flood(count: int, newest_s: float = 0.0) -> list[tuple[float, str]]:
    return [(newest_s + index, f"text {index}") for index in range(count)]


def test_as_many_messages_as_thumbs_can_write_are_answered() -> None:
    assert circling(facts(*flood(FLOOD)), "yes?") is None


def test_more_messages_than_that_within_a_minute_are_not_answered_for_a_minute() -> None:
    pause = circling(facts(*flood(FLOOD + 1)), "yes?")

    assert pause == Pause(reason="loop.flood", level=0, until=NOW + timedelta(seconds=60))


def test_the_same_message_with_the_same_answer_again_and_again_is_no_conversation() -> None:
    same = [(index * 30.0, "I am on holiday.") for index in range(ECHOES)]

    pause = circling(facts(*same, said=("Your name?",) * (ECHOES - 1)), "Your name?")

    assert pause is not None
    assert pause.reason == "loop.echo"


def test_the_same_answer_in_different_menus_is_a_conversation() -> None:
    same = [(index * 30.0, "1") for index in range(ECHOES)]

    assert circling(facts(*same, said=("Size?", "Crust?", "Sauce?", "Drink?")), "Sure?") is None


def test_photos_without_words_are_no_echo() -> None:
    same = [(index * 10.0, "") for index in range(ECHOES)]

    assert circling(facts(*same, said=("Got it. One more?",) * (ECHOES - 1)), "Got it. One more?") is None


def test_the_same_message_over_hours_is_a_habit() -> None:
    same = [(index * 3600.0, "coffee") for index in range(ECHOES)]

    assert circling(facts(*same, said=("Coming!",) * ECHOES), "Coming!") is None


def test_nothing_is_answered_until_the_pause_is_over_and_the_pause_does_not_grow_meanwhile() -> None:
    pause = Pause(reason="loop.echo", level=1, until=NOW + timedelta(seconds=1))

    assert circling(facts((0.0, "hello?"), pause=pause), "yes?") is pause


def test_a_person_is_heard_after_the_pause_whatever_came_during_it() -> None:
    pause = Pause(reason="loop.flood", level=0, until=ago(1))

    assert circling(facts((0.5, "hello?"), *flood(FLOOD, newest_s=1.5), pause=pause), "yes?") is None


@pytest.mark.parametrize(("before", "after"), [(0, 1), (1, 2), (2, 3), (3, 3)])
def test_who_goes_on_waits_for_longer_each_time(before: int, after: int) -> None:
    pause = Pause(reason="loop.flood", level=before, until=ago(59))

    grown = circling(facts(*flood(FLOOD + 1), pause=pause), "yes?")

    assert grown == Pause(reason="loop.flood", level=after, until=NOW + timedelta(seconds=PAUSES_S[after]))


def test_an_hour_of_peace_begins_anew() -> None:
    pause = Pause(reason="loop.flood", level=3, until=ago(PEACE_S))

    again = circling(facts(*flood(FLOOD + 1), pause=pause), "yes?")

    assert again is not None
    assert again.level == 0


def test_a_process_looks_closer_at_many_messages_and_at_equal_ones() -> None:
    suspects = Suspects()

    assert not any(suspects.hears(ANN, f"text {number}", now_s=number) for number in range(SUSPECT))
    assert suspects.hears(ANN, "one more", now_s=SUSPECT)
    assert suspects.hears(ANN, "hours later", now_s=7000.0)  # while a pause may still hold
    assert not suspects.hears(ANN, "the next day", now_s=86_400.0)

    bob = ANN._replace(external_id="+15550001112")
    assert [suspects.hears(bob, "out of office", now_s=100.0 * number) for number in range(3)] == [False, False, True]


def test_a_process_remembers_only_so_many_people() -> None:
    suspects = Suspects()
    for number in range(SUSPECT):
        suspects.hears(ANN, f"text {number}", now_s=number)
    for number in range(KEPT):
        suspects.hears(ANN._replace(external_id=str(number)), "hi", now_s=10.0)

    assert not suspects.hears(ANN, "one more", now_s=11.0)
