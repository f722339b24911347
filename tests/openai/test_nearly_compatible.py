"""Models of servers that do not keep the promised form: what can be read is read, and the rest is a failure."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

import pytest
from botflow_openai.json_answers import only_object
from hypothesis import given
from hypothesis import strategies as st

from botflow.interfaces import Model
from tests.openai.test_conversations import DESK
from tests.openai.test_model import EXTRACT, REPLY, ROUTE, by
from tests.stand_ins.openai import OpenAIStandIn
from tests.web.site import Site, open_site

EDGE = '{"edge": "refund"}'
READABLE = [
    EDGE,
    f"  {EDGE}\n",
    f"\ufeff{EDGE}",
    f"```json\n{EDGE}\n```",
    f"```\n{EDGE}\n```",
    f"~~~json\n{EDGE}\n~~~",
    f"Sure! Here is the route:\n\n```json\n{EDGE}\n```\nTell me if you need more.",
    f"The answer is {EDGE}, since the person wants money back.",
    f"{EDGE}\n{EDGE}",
    f"<think>\nIs it an order? No.\n</think>\n\n{EDGE}",
    f'<think>It may be {{"edge": "order"}}, or not.</think>{EDGE}',
    f'It may be {{"edge": "order"}}.</think>\n{EDGE}',  # the server's template began the reasoning
    f"<thinking>hm</thinking>\n```json\n{EDGE}\n```",
    f"The set {{order, refund}} has what we need: {EDGE}",
    f"An unclosed {{ in the prose: {EDGE}",
    f'A quote " and a brace {{ " in it: {EDGE}',
    '{"edge": "refund", "why": "a } and a { and a \\" in a text"}',
    '{"edge": "Refund"}',
    '{"edge": " refund "}',
]
UNREADABLE = [
    "",
    "refund",
    "I think it is a refund.",
    "Sure! I think the customer wants {order",
    '{"edge": "refund"',
    '{"edge": "order"} or {"edge": "refund"}',
    '{"edge": "order", "edge": "refund"}',
    '[{"edge": "refund"}]',
    '"refund"',
    "{'edge': 'refund'}",
    '{"edge": ["refund"]}',
    '{"edge": 1}',
    '{"route": "refund"}',
    "{}",
    f"<think>{EDGE}",
    f"<think>{EDGE}</think>",
    f"<think>{EDGE}</think>I cannot decide.",
    '{"a":' * 3_000 + "1" + "}" * 3_000,
]


@pytest.mark.parametrize("api", ["chat", "responses"])
@pytest.mark.parametrize("said", READABLE)
async def test_a_route_is_read_out_of_what_stands_around_it(
    openai: OpenAIStandIn, model: Model, api: str, said: str
) -> None:
    openai.say(said)
    answer = await model.answer(by(api, ROUTE))
    assert (answer.value, answer.failure) == ("refund", None)


@pytest.mark.parametrize("said", UNREADABLE)
async def test_a_route_that_cannot_be_read_is_a_failure_and_no_abstention(
    openai: OpenAIStandIn, model: Model, said: str
) -> None:
    openai.say(said)
    answer = await model.answer(ROUTE)
    assert answer.failure is not None
    assert (answer.value, answer.failure.code) == (None, "model.garbled")
    assert openai.calls == 1


@pytest.mark.parametrize("said", ['{"edge": "abstain"}', '{"edge": null}', '{"edge": "Abstain"}', '{"edge": "other"}'])
async def test_a_route_that_can_be_read_and_is_none_of_the_choices_is_an_abstention(
    openai: OpenAIStandIn, model: Model, said: str
) -> None:
    openai.say(said)
    answer = await model.answer(ROUTE)
    assert (answer.value, answer.failure) == (None, None)


@pytest.mark.parametrize("api", ["chat", "responses"])
async def test_values_are_read_out_of_what_stands_around_them(openai: OpenAIStandIn, model: Model, api: str) -> None:
    openai.say('<think>two</think>Here:\n```json\n{"qty": 2, "day": null}\n```')
    answer = await model.answer(by(api, EXTRACT))
    assert (answer.value, answer.failure) == ({"qty": 2}, None)


@pytest.mark.parametrize("said", ['{"qty": 2} {"qty": 3}', '{"result": {"qty": 2}}', "two", "[]", "<think>{}"])
async def test_values_that_cannot_be_read_are_a_failure(openai: OpenAIStandIn, model: Model, said: str) -> None:
    openai.say(said)
    answer = await model.answer(EXTRACT)
    assert answer.failure is not None
    assert answer.failure.code == "model.garbled"


@pytest.mark.parametrize("api", ["chat", "responses"])
@pytest.mark.parametrize("is_streamed", [True, False])
async def test_a_person_is_not_told_what_a_model_thinks(
    openai: OpenAIStandIn, model: Model, api: str, is_streamed: bool
) -> None:
    openai.say("<think>\nThey want a table. </thin no. \n</think>\n\nYour table is < ready.")
    pieces: list[str] = []

    async def on_delta(piece: str) -> None:
        pieces.append(piece)

    answer = await model.answer(by(api, REPLY), on_delta if is_streamed else None)
    assert answer.value == "Your table is < ready."
    assert "".join(pieces) == (answer.value if is_streamed else "")
    assert all(pieces)


async def test_a_reply_of_thoughts_alone_is_empty(openai: OpenAIStandIn, model: Model) -> None:
    openai.say("<think>They want a table.")
    answer = await model.answer(REPLY)
    assert answer.failure is not None
    assert answer.failure.code == "model.empty"


@pytest.fixture
async def desk(database_url: str, openai: OpenAIStandIn) -> AsyncIterator[Site]:
    async with open_site(database_url, flows=(DESK,), environment=openai.environment) as site:
        yield site


async def test_a_garbled_route_leaves_by_error_with_one_line_in_the_log(
    desk: Site, openai: OpenAIStandIn, capsys: pytest.CaptureFixture[str]
) -> None:
    openai.say("They want a refund.")
    visit = await desk.visit("desk")
    assert await visit.say("give me my money back") == ["A person will answer."]
    [line] = [line for line in capsys.readouterr().out.splitlines() if "ask_failed" in line]
    assert "model.garbled" in line
    assert "refund" not in line


@given(
    before=st.text(alphabet="ab {}\"'\\\n`<>", max_size=30),
    after=st.text(alphabet="ab {}\"'\\\n`<>", max_size=30),
    edge=st.text(max_size=10),
)
def test_an_object_is_found_whole_or_not_at_all(before: str, after: str, edge: str) -> None:
    found = only_object(before + json.dumps({"edge": edge}) + after)
    assert found in (None, {"edge": edge}, {})


@given(st.lists(st.sampled_from(["{", "}", '"', "\\", "a", '{"a":1}', "<think>", "</think>", "```", "[", ":"])))
def test_nothing_that_a_model_says_is_a_crash(pieces: list[str]) -> None:
    assert only_object("".join(pieces)) in (None, {"a": 1}, {})
