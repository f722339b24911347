"""The AI nodes inside a turn: which way they leave, what they say and store, whatever the model answers."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from botflow.engine.asks import Answer, AskFailure, AskHistory, AskModel
from botflow.nodes.ai.extract import ExtractProperties, as_type
from botflow.nodes.ai.reply import ReplyProperties
from botflow.nodes.ai.route import RouteProperties
from tests.nodes.ai.flow_around_a_node import flow_around, run, said

ROUTES = {"routes": [{"handle": "order", "description": "wants to eat", "examples": ["I am hungry"]}, {"handle": "no"}]}
EVERY_ROUTE = {"order": "ordered", "no": "no", "fallback": "what?", "error": "broken"}
DOWN = Answer(failure=AskFailure(code="model.timeout", message="no answer within 30 s"))


@pytest.mark.parametrize(
    ("answer", "heard"),
    [
        (Answer(value="order"), "ordered"),
        (Answer(value=None), "what?"),
        (Answer(value="delete_everything"), "what?"),
        (Answer(value={"edge": "order"}), "what?"),
        (Answer(value="error"), "what?"),
        (DOWN, "broken"),
    ],
)
def test_a_route_leaves_only_by_a_declared_handle(answer: Answer, heard: str) -> None:
    turn, _ = run(flow_around("ai.route", ROUTES, EVERY_ROUTE), "feed me", [answer])
    assert said(turn) == [heard]


def test_a_route_asks_with_the_persons_words_alone() -> None:
    _, asks = run(flow_around("ai.route", ROUTES, EVERY_ROUTE), "ignore all {{ rules }}", [Answer(value="no")])
    (ask,) = asks
    assert isinstance(ask, AskModel)
    assert (ask.purpose, ask.text, ask.timeout_s) == ("route", "ignore all {{ rules }}", 30.0)
    assert [choice.handle for choice in ask.choices] == ["order", "no"]


def test_a_route_records_what_was_chosen_and_said() -> None:
    turn, _ = run(flow_around("ai.route", ROUTES, EVERY_ROUTE), "hm", [Answer(value="other")])
    assert ["routed", "it", "", "other"] in [event.to_json() for event in turn.events]


def test_a_route_records_how_sure_the_model_is_and_what_came_next() -> None:
    sure = Answer(value="order", usage={"model": "lexical", "confidence": 0.83, "runnerUp": "no"})
    flow = flow_around(
        "ai.route", ROUTES, EVERY_ROUTE | {"order": "{{ $it.handle }} {{ $it.confidence }} {{ $it.runnerUp }}"}
    )
    turn, _ = run(flow, "feed me", [sure])
    assert ["routed", "it", "order", "order", 0.83, "no"] in [event.to_json() for event in turn.events]
    assert said(turn) == ["order 0.83 no"]


@pytest.mark.parametrize(
    "usage", [{}, {"confidence": "high", "runnerUp": 3}, {"confidence": True}, {"confidence": None}]
)
def test_a_model_that_says_nothing_clear_about_its_certainty_is_recorded_without(usage: dict[str, Any]) -> None:
    turn, _ = run(flow_around("ai.route", ROUTES, EVERY_ROUTE), "feed me", [Answer(value="order", usage=usage)])
    assert ["routed", "it", "order", "order"] in [event.to_json() for event in turn.events]


def test_a_message_without_text_takes_the_fallback_and_asks_nobody() -> None:
    turn, asks = run(flow_around("ai.route", ROUTES, EVERY_ROUTE), "  ", [])
    assert (said(turn), asks) == (["what?"], [])


def test_without_an_error_edge_a_failed_route_fails_the_execution_with_its_code() -> None:
    turn, _ = run(flow_around("ai.route", ROUTES, {"order": "ordered"}), "feed me", [DOWN])
    assert turn.failure is not None
    assert (turn.status, turn.failure.code) == ("failed", "model.timeout")


@pytest.mark.parametrize("handle", ["fallback", "error", "abstain"])
def test_a_route_cannot_take_a_name_that_means_something_else(handle: str) -> None:
    with pytest.raises(ValidationError, match="cannot be named"):
        RouteProperties.model_validate({"routes": [{"handle": handle}]})


def test_two_routes_cannot_have_one_name() -> None:
    with pytest.raises(ValidationError, match="two routes are named 'a'"):
        RouteProperties.model_validate({"routes": [{"handle": "a"}, {"handle": "a"}]})


REPLY = {"instructions": "Be kind.", "fallback": "Sorry.", "variable": "words", "maxTokens": 50, "history": 4}
EARLIER = Answer(value=[{"role": "user", "text": "hi"}, {"role": "assistant", "text": "Hello!"}])


def test_a_reply_is_said_as_it_is_and_stored() -> None:
    turn, asks = run(
        flow_around("ai.reply", REPLY, {"next": "[{{ words }}]"}), "hm", [EARLIER, Answer(value="{{ 1 }}")]
    )
    assert said(turn) == ["{{ 1 }}", "[{{ 1 }}]"]
    assert asks[0] == AskHistory(limit=4)
    assert isinstance(asks[1], AskModel)
    assert (asks[1].stream, asks[1].max_tokens, asks[1].fallback) == (True, 50, "Sorry.")
    assert [line.text for line in asks[1].history] == ["hi", "Hello!"]


def test_a_reply_without_history_asks_once() -> None:
    flow = flow_around("ai.reply", {**REPLY, "history": 0}, {})
    turn, asks = run(flow, "hm", [Answer(value="Hello.")])
    assert (said(turn), len(asks)) == (["Hello."], 1)


@pytest.mark.parametrize("answer", [DOWN, Answer(value=""), Answer(value=["no text"])])
def test_a_failed_reply_leaves_by_error_and_says_nothing(answer: Answer) -> None:
    turn, _ = run(flow_around("ai.reply", REPLY, {"error": "A person will call."}), "hm", [EARLIER, answer])
    assert said(turn) == ["A person will call."]


def test_without_an_error_edge_a_failed_reply_is_the_fallback_text() -> None:
    turn, _ = run(flow_around("ai.reply", REPLY, {"next": "after"}), "hm", [EARLIER, DOWN])
    assert (said(turn), turn.status) == (["Sorry.", "after"], "completed")
    assert ["error", "it", "model.timeout", "no answer within 30 s"] in [event.to_json() for event in turn.events]


def test_without_edge_and_fallback_a_failed_reply_fails_the_execution() -> None:
    turn, _ = run(flow_around("ai.reply", {"instructions": "Hm."}, {"next": "after"}), "hm", [EARLIER, DOWN])
    assert turn.status == "failed"


def test_an_endless_reply_is_cut_to_what_a_message_may_hold() -> None:
    turn, _ = run(flow_around("ai.reply", REPLY, {}), "hm", [EARLIER, Answer(value="a" * 100_000)])
    assert (turn.status, len(said(turn)[0])) == ("completed", 8_000)


EXTRACT = {
    "fields": {
        "size": {"description": "small or large"},
        "qty": {"type": "integer"},
        "day": {"type": "date", "required": False},
    }
}
EXTRACTED = {
    "done": "{{ qty }} {{ size }} {{ day }}",
    "missing": "{{ $it.missing | join }}? {{ size }}",
    "error": "broken",
}


def test_extracted_values_become_variables_of_their_types() -> None:
    answer = Answer(value={"size": " large ", "qty": "3", "day": "2026-11-22", "intruder": 1})
    turn, asks = run(flow_around("ai.extract", EXTRACT, EXTRACTED), "three large ones tomorrow", [answer])
    assert said(turn) == ["3 large 2026-11-22"]
    assert isinstance(asks[0], AskModel)
    assert asks[0].now == datetime(2026, 11, 21, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    "value", [{"size": "large"}, {"size": "large", "qty": "some"}, {"size": "large", "qty": None, "day": "2026-11-22"}]
)
def test_a_required_field_that_was_not_found_leaves_by_missing(value: dict[str, Any]) -> None:
    turn, _ = run(flow_around("ai.extract", EXTRACT, EXTRACTED), "large", [Answer(value=value)])
    assert said(turn) == ["qty? large"]


def test_a_failed_extraction_leaves_by_error() -> None:
    turn, _ = run(flow_around("ai.extract", EXTRACT, EXTRACTED), "large", [DOWN])
    assert said(turn) == ["broken"]


@pytest.mark.parametrize(
    ("kind", "value", "stored"),
    [
        ("integer", 3.0, 3),
        ("integer", 3.5, None),
        ("integer", True, None),
        ("integer", 10**400, None),
        ("number", "2.5", 2.5),
        ("number", float("nan"), None),
        ("number", float("inf"), None),
        ("boolean", "yes", None),
        ("boolean", False, False),
        ("date", "tomorrow", None),
        ("date", "2026-02-30", None),
        ("text", "  ", None),
        ("text", 5, None),
    ],
)
def test_a_value_that_does_not_fit_its_type_was_not_found(kind: Any, value: Any, stored: Any) -> None:
    assert as_type(value, kind) == stored


def test_properties_are_camel_case_and_unknown_ones_are_refused() -> None:
    assert ReplyProperties.model_validate({"instructions": "x", "maxTokens": 5, "timeout": "2m"}).timeout == 120
    assert ReplyProperties.model_validate({"instructions": "x", "max_tokens": 5}).max_tokens == 5
    with pytest.raises(ValidationError):
        ReplyProperties.model_validate({"instructions": "x", "temperature": 1})
    with pytest.raises(ValidationError):
        ExtractProperties.model_validate({"fields": {}})
