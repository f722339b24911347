"""What the checker says of documents as newcomers write them: each mistake once, with its place and the next step, and
nothing of what is right."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from tests.flow.checking.strangers.documents import entries, said_of

MISTAKES = [
    *entries("mistakes_in_ways", "mistakes_in_questions"),
    *entries("mistakes_in_texts", "mistakes_in_people_and_runs"),
]
RIGHT = list(entries("right_documents"))


@pytest.mark.parametrize("entry", MISTAKES, ids=lambda entry: str(entry["mistake"]))
def test_a_mistake_is_said_once_with_its_place_and_the_next_step(entry: Mapping[str, Any]) -> None:
    [problem] = said_of(entry)
    said = f"{problem.message} ({problem.hint})"
    assert [word for word in map(str, entry["says"]) if word not in said] == [], said
    place = f"{problem.node} {problem.path}"
    assert [word for word in entry.get("at", ()) if word not in place] == [], place
    assert problem.line


@pytest.mark.parametrize("entry", RIGHT, ids=lambda entry: str(entry["right"]))
def test_nothing_is_said_of_what_is_right(entry: Mapping[str, Any]) -> None:
    assert [str(problem) for problem in said_of(entry)] == []
