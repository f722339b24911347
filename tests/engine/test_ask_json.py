"""The journal's JSON: nothing is lost on the way, and a fingerprint tells Asks apart."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import orjson
import pytest

from botflow.engine.ask_json import answer_from_json, answer_to_json, ask_to_json, fingerprint
from botflow.engine.asks import Answer, Ask, AskFailure, AskHistory, AskModel, Choice, ExtractField, Invoke, Line

MODEL = AskModel(
    purpose="route",
    text="where is my parcel",
    history=(Line(role="user", text="hi"),),
    choices=(Choice(handle="order", description="an order", examples=("my parcel",)),),
    fields=(ExtractField(name="size"),),
    now=datetime(2026, 11, 21, 9, 0, tzinfo=UTC),
)


@pytest.mark.parametrize(
    "answer",
    [
        Answer(value={"qty": 3, "when": None}, usage={"model": "small", "costUsd": 0.0001}),
        Answer(value=None),
        Answer(failure=AskFailure(code="model.timeout", message="no answer in 30 s")),
    ],
)
def test_an_answer_survives_its_json(answer: Answer) -> None:
    assert answer_from_json(orjson.loads(orjson.dumps(answer_to_json(answer)))) == answer


@pytest.mark.parametrize(
    "other",
    [
        replace(MODEL, text="where is my parcel?"),
        replace(MODEL, choices=(Choice(handle="order", description="an order", examples=("the parcel",)),)),
        replace(MODEL, now=datetime(2026, 11, 22, 9, 0, tzinfo=UTC)),
        replace(MODEL, history=()),
        AskHistory(limit=10),
        Invoke(type="crm.find", properties={"id": 1}, variables={}),
    ],
)
def test_different_asks_have_different_fingerprints(other: Ask) -> None:
    assert fingerprint(other) != fingerprint(MODEL)


def test_the_order_of_keys_does_not_matter_to_a_fingerprint() -> None:
    one = Invoke(type="crm.find", properties={"a": 1, "b": 2}, variables={"x": [1, {"y": 2, "z": 3}]})
    two = Invoke(type="crm.find", properties={"b": 2, "a": 1}, variables={"x": [1, {"z": 3, "y": 2}]})
    assert fingerprint(one) == fingerprint(two)


def test_the_log_shows_what_was_asked_without_empty_fields() -> None:
    assert ask_to_json(AskHistory(limit=4)) == {"ask": "history", "limit": 4}
    assert ask_to_json(MODEL)["choices"] == [{"handle": "order", "description": "an order", "examples": ["my parcel"]}]
    assert "instructions" not in ask_to_json(MODEL)
