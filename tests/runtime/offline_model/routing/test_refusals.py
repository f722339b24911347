"""Routes of the built-in model: a message that refuses, asks for two routes or is about something else takes none."""

from __future__ import annotations

from collections import Counter

import pytest

from botflow.engine.asks import AskModel, Choice
from botflow.runtime.offline_model import LexicalModel
from botflow.runtime.offline_model.routing import router_cache
from tests.runtime.offline_model.case_tables import ABSTAIN, tables

MOST_WRONG = {"trained": 5, "by words": 8}  # about something else, in words of a route: "I read a book in my room"


@pytest.mark.parametrize("kind", ["trained", "by words"])
async def test_most_messages_that_refuse_or_mean_several_routes_take_none(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if kind == "by words":  # as without the extra `understanding`
        monkeypatch.setattr(router_cache, "load_embeddings", lambda: None)
    model, seen = LexicalModel(), Counter[str]()
    for table in tables("choosing_cases"):
        choices = tuple(
            Choice(handle=handle, description=route["description"], examples=tuple(route["examples"]))
            for handle, route in table["routes"].items()
        )
        for meant, texts in table["cases"].items():
            for text in texts:
                ask = AskModel(purpose="route", text=text, choices=choices, language=table["language"])
                chosen = (await model.answer(ask)).value or ABSTAIN
                seen["right" if chosen == meant else "abstained" if chosen == ABSTAIN else "WRONG"] += 1
    print(kind, dict(seen))
    assert seen.total() >= 100
    assert seen["WRONG"] <= MOST_WRONG[kind]
    assert seen["abstained"] <= 1
