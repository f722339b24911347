"""Which quick messages belong to one burst: by time, by number and by what they are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from botflow.engine.inbound import Inbound, Location, Media
from botflow.flow.policy import Policy
from botflow.runtime.turns.bursts import burst_of, may_join
from botflow.storage.turns.bursts import Waiting
from botflow.storage.turns.limits import LONGEST_BURST
from tests.engine.inbounds import message


def waiting(*gaps_s: float, of: Callable[[int], Inbound] | None = None, age_s: float = 0.0) -> list[Waiting]:
    """Return inbounds with these gaps before each; the last was received `age_s` ago."""
    at_s = [sum(gaps_s[: place + 1]) for place in range(len(gaps_s))]
    return [
        Waiting(seq=place + 1, inbound=of(place) if of else message(f"{place}"), age_s=at_s[-1] - at + age_s)
        for place, at in enumerate(at_s)
    ]


def members(policy: Policy, found: list[Waiting]) -> tuple[int, float]:
    burst, left_s = burst_of(policy, found)
    return len(burst), round(left_s, 3)


MERGING = Policy(bursts="merge", merge_within="2s")


@pytest.mark.parametrize(
    ("gaps_s", "age_s", "expected"),
    [
        ((0,), 0.0, (1, 2.0)),
        ((0,), 1.5, (1, 0.5)),
        ((0,), 2.5, (1, -0.5)),
        ((0, 1, 1), 0.5, (3, 1.5)),
        ((0, 1, 2.5), 0.0, (2, 0.0)),  # the third is another burst's first
        ((0, *[1.9] * 10), 0.5, (11, 0.5)),  # 19.5 s since the first: half a second is left
        ((0, *[1.9] * 11), 0.0, (11, 0.0)),
        ((0, *[0.1] * 30), 0.0, (LONGEST_BURST, 0.0)),
    ],
)
def test_a_burst_ends_when_nothing_comes_or_after_ten_times_as_long_or_twenty_messages(
    gaps_s: tuple[float, ...], age_s: float, expected: tuple[int, float]
) -> None:
    assert members(MERGING, waiting(*gaps_s, age_s=age_s)) == expected


def test_what_supersedes_joins_whatever_the_gap_but_not_for_ever() -> None:
    superseding = Policy(bursts="supersede", merge_within="2s")
    assert members(superseding, waiting(0, 9, 9)) == (3, 0.0)
    assert members(superseding, waiting(0, 9, 9, 9)) == (3, 0.0)


def test_a_member_stays_one() -> None:
    found = waiting(0, 1, 30)
    found[2] = replace(found[2], merged_into=1)
    assert members(MERGING, found) == (3, -11.0)


@pytest.mark.parametrize(
    "other",
    [
        {"consent": "stop"},
        {"consent": "start"},
        {"consent": "help"},
        {"payload": "yes"},
        {"kind": "timeout"},
        {"location": Location(latitude=1.0, longitude=2.0)},
        {"text": ""},
        {"address": "+15550009999"},
    ],
)
def test_words_about_being_written_to_buttons_and_places_end_a_burst(other: dict[str, Any]) -> None:
    found = waiting(0, 0.1, 0.1, of=lambda place: message(**{"text": f"{place}", **(other if place == 1 else {})}))
    assert members(MERGING, found) == (1, 0.0)


def test_photos_join_with_or_without_words() -> None:
    photo = message("", media=(Media(url="https://example.com/a.jpg"),))
    assert may_join(photo)
    assert members(MERGING, waiting(0, 0.1, of=lambda place: photo if place else message("look")))[0] == 2
