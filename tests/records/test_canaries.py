"""Who begins in a version on trial: as many as it says, always the same ones, and never fewer when it gets more."""

from __future__ import annotations

from math import sqrt

from hypothesis import given
from hypothesis import strategies as st

from botflow.records.canaries import Share

PEOPLE = 100_000
DEVIATIONS = 5  # of a binomial distribution: less than once in a million


def share(percent: int, canary: int = 7) -> Share:
    return Share(canary=canary, workflow=3, version=2, percent=percent)


def test_a_share_has_as_many_people_as_it_says_and_a_larger_one_has_all_of_them() -> None:
    people = [f"+1555{number:07}" for number in range(PEOPLE)]
    before: set[str] = set()
    for percent in (0, 1, 5, 10, 33, 50, 90, 99, 100):
        chosen = {person for person in people if share(percent).has(person)}
        expected, spread = PEOPLE * percent / 100, sqrt(PEOPLE * percent * (100 - percent)) / 100
        assert abs(len(chosen) - expected) <= DEVIATIONS * spread, percent
        assert before <= chosen
        before = chosen
    assert before == set(people)


def test_another_canary_begins_with_other_people() -> None:
    people = [f"visitor-{number}" for number in range(PEOPLE)]
    both = sum(share(10).has(person) and share(10, canary=8).has(person) for person in people)
    assert abs(both - PEOPLE / 100) <= DEVIATIONS * sqrt(PEOPLE * 0.01 * 0.99)


@given(st.text(), st.integers(1, 2**40), st.integers(0, 100), st.integers(0, 100))
def test_a_person_is_never_moved_back_by_a_larger_share(person: str, canary: int, one: int, other: int) -> None:
    smaller, larger = sorted((one, other))
    assert share(larger, canary).has(person) or not share(smaller, canary).has(person)
