"""Interrupts with examples at a waiting question: an answer is never taken for one, and what is clearly one is."""

from __future__ import annotations

from collections import Counter

import pytest

from botflow.runtime.offline_model.routing import router_cache
from tests.runtime.offline_model.case_tables import ANSWER, EITHER, Said, interrupted, tables


def outcome(said: Said) -> str:
    if said.meant == EITHER:
        return "either"
    if said.heard == said.meant:
        return "answer" if said.meant == ANSWER else "interrupt"
    return "stolen" if said.meant == ANSWER else "missed" if said.heard == ANSWER else "wrong interrupt"


@pytest.mark.parametrize("kind", ["trained", "by words"])
def test_no_answer_is_taken_for_an_interrupt(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if kind == "by words":  # as without the extra `understanding`
        monkeypatch.setattr(router_cache, "load_embeddings", lambda: None)
    said = [one for table in tables("interrupt_cases") for one in interrupted(table)]
    seen = Counter(map(outcome, said))
    unlike = [one for one in said if outcome(one) not in ("answer", "interrupt", "either")]
    print(kind, dict(seen), *unlike, sep="\n")
    assert seen["answer"] + seen["stolen"] >= 270
    assert seen["stolen"] == seen["wrong interrupt"] == 0
    assert seen["missed"] <= 2
