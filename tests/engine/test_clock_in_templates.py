"""`now`, `today` and the filters in a turn: by the person's clock, in the flow's language, the same in a repetition."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.engine.conversation import Talk, node, say

LATE = datetime(2026, 11, 26, 23, 30, tzinfo=UTC)
TEXT = "{{ now|datetime }}, {{ today|date('EEEE') }}"


def said(talk: Talk, **fields: Any) -> list[str]:
    """Return what the flow says to a message that was received at LATE."""
    return talk.send("hi", received_at=LATE, **fields)


@pytest.mark.parametrize(
    ("document", "sender", "text"),
    [
        ({}, "", "November 26, 2026, 11:30 PM, Thursday"),
        ({"timeZone": "Europe/Berlin", "language": "de"}, "", "27. November 2026, 00:30, Freitag"),
        ({"timeZone": "Europe/Berlin"}, "+12125550123", "November 26, 2026, 6:30 PM, Thursday"),
        ({"language": "en-AQ"}, "", "November 26, 2026, 11:30 PM, Thursday"),
        (
            {"language": "fr", "variables": {"timeZone": "Asia/Tokyo"}},
            "+12125550123",
            "27 novembre 2026, 08:30, vendredi",
        ),
    ],
)
def test_the_clock_is_the_persons(document: dict[str, Any], sender: str, text: str) -> None:
    talk = Talk(say("only", TEXT), **document)

    assert said(talk, sender=sender) == [text]


def test_a_repetition_of_a_turn_says_the_same() -> None:
    texts = [said(Talk(say("only", TEXT))) for _ in range(2)]

    assert texts[0] == texts[1] == ["November 26, 2026, 11:30 PM, Thursday"]


def test_a_later_turn_has_a_later_now() -> None:
    pause = node("pause", "logic.wait", until="{{ now|shift('90m') }}", next="after")
    talk = Talk(say("first", "{{ now|time }}", next="pause"), pause, say("after", "{{ now|time }}"))

    assert talk.says("hi") == ["9:30 AM"]
    assert talk.skip("90m") == ["11:00 AM"]


def test_a_reckoned_value_is_stored_as_it_is_read() -> None:
    setting = node("set", "logic.set", variables={"due": "{{ today|shift('1 month')|at('09:00') }}"}, next="say")
    talk = Talk(setting, say("say", "{{ due }} {{ due|datetime('short') }} {{ due > now }}"), timeZone="Europe/Berlin")

    assert said(talk) == ["2026-12-27T09:00:00+01:00 12/27/26, 9:00 AM yes"]


def test_a_wrong_date_fails_the_node_with_a_sentence() -> None:
    talk = Talk(say("only", "{{ $message.text|date }}"))
    talk.send("soon", received_at=LATE)

    assert talk.turn.failure is not None
    assert talk.turn.failure.code == "template.failed"
    assert "'soon' is neither a date such as 2026-11-27" in talk.turn.failure.message


def test_a_zone_that_is_none_fails_only_where_a_time_is_needed() -> None:
    talk = Talk(say("only", "hi", next="then"), say("then", "{{ now }}"), variables={"timeZone": "Mars/Base"})
    talk.send("hi", received_at=LATE)

    assert talk.turn.failure is not None
    assert talk.turn.failure.code == "zone.unknown"
    assert Talk(say("only", "hi"), variables={"timeZone": "Mars/Base"}).says("hi") == ["hi"]
