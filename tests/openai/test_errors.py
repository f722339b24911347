"""What the OpenAI plugin makes of everything that goes wrong: a well-defined answer, in time, without secrets."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from botflow.engine.asks import AskModel
from botflow.interfaces import Model
from tests.openai.test_model import EXTRACT, REPLY, ROUTE, by
from tests.stand_ins.openai import OpenAIStandIn
from tests.stand_ins.openai_http import Fault


@pytest.mark.parametrize("api", ["chat", "responses"])
async def test_a_route_that_does_not_exist_is_an_abstention(openai: OpenAIStandIn, model: Model, api: str) -> None:
    openai.script("wrong")
    answer = await model.answer(by(api, ROUTE))
    assert (answer.value, answer.failure) == (None, None)
    assert openai.calls == 1


@pytest.mark.parametrize("api", ["chat", "responses"])
@pytest.mark.parametrize(
    ("fault", "code"), [("garbled", "model.garbled"), ("refusal", "model.refused"), ("truncated", "model.truncated")]
)
@pytest.mark.parametrize("ask", [ROUTE, EXTRACT])
async def test_a_route_or_an_extraction_that_cannot_be_read_is_a_failure(
    openai: OpenAIStandIn, model: Model, api: str, ask: AskModel, fault: Fault, code: str
) -> None:
    openai.script(fault)
    answer = await model.answer(by(api, ask))
    assert answer.failure is not None
    assert answer.failure.code == code
    assert answer.usage["promptTokens"] > 0


@pytest.mark.parametrize("api", ["chat", "responses"])
@pytest.mark.parametrize("fault", ["throttled", "error", "reset", "cut"])
async def test_a_passing_trouble_is_tried_again(openai: OpenAIStandIn, model: Model, api: str, fault: Fault) -> None:
    openai.script(fault, None)
    answer = await model.answer(by(api, ROUTE))
    assert (answer.value, answer.failure) == ("order", None)
    assert (openai.calls, answer.usage["attempts"]) == (2, 2)


@pytest.mark.parametrize(
    ("faults", "code", "calls"),
    [
        (("error", "error", "error"), "model.unavailable", 3),
        (("throttled", "throttled", "throttled"), "model.rate_limited", 3),
        (("closed",), "model.rate_limited", 1),  # OpenAI asks for a minute, the node has five seconds
        (("unauthorized",), "model.unauthorized", 1),
        (("garbage",), "model.garbled", 1),
    ],
)
async def test_a_lasting_trouble_is_a_failure_after_few_calls(
    openai: OpenAIStandIn, model: Model, faults: tuple[Fault, ...], code: str, calls: int
) -> None:
    openai.script(*faults)
    answer = await model.answer(ROUTE)
    assert answer.failure is not None
    assert (answer.failure.code, openai.calls, answer.usage["attempts"]) == (code, calls, calls)


async def test_no_failure_repeats_the_key_or_the_persons_words(openai: OpenAIStandIn, model: Model) -> None:
    for fault in ("unauthorized", "closed", "garbage", "hang"):
        openai.script(fault)
        answer = await model.answer(replace(ROUTE, timeout_s=0.3))
        assert openai.api_key not in repr(answer)
        assert ROUTE.text not in repr(answer)
        assert answer.failure is not None


async def test_a_model_that_hangs_is_given_up_in_time(openai: OpenAIStandIn, model: Model) -> None:
    openai.script("hang")
    async with asyncio.timeout(5):
        answer = await model.answer(replace(ROUTE, timeout_s=0.2))
    assert answer.failure is not None
    assert answer.failure.code == "model.timeout"
    assert answer.usage["attempts"] == 1


async def test_nobody_there_is_a_failure(model: Model, openai: OpenAIStandIn) -> None:
    with OpenAIStandIn() as gone:
        url = gone.url
    from botflow_openai.model import OpenAIModel

    alone = OpenAIModel(api_key="sk-x", base_url=url, default_model=None)
    answer = await alone.answer(replace(ROUTE, timeout_s=5))
    await alone.close()
    assert answer.failure is not None
    assert (answer.failure.code, answer.usage["attempts"]) == ("model.unreachable", 3)
    assert url.removesuffix("/v1") in answer.failure.message


@pytest.mark.parametrize("api", ["chat", "responses"])
async def test_a_model_that_is_not_known_is_named(openai: OpenAIStandIn, model: Model, api: str) -> None:
    openai.script("unknown_model")
    answer = await model.answer(by(api, ROUTE))
    assert answer.failure is not None
    assert answer.failure.code == "model.rejected"
    assert "The model `gpt-9` does not exist" in answer.failure.message
    assert openai.api_key not in repr(answer)


@pytest.mark.parametrize("api", ["chat", "responses"])
async def test_a_reply_that_breaks_off_is_not_begun_again(openai: OpenAIStandIn, model: Model, api: str) -> None:
    openai.say("One two three four five six seven.")
    openai.script("cut")
    pieces: list[str] = []

    async def on_delta(piece: str) -> None:
        pieces.append(piece)

    answer = await model.answer(by(api, REPLY), on_delta)
    assert answer.failure is not None
    assert answer.failure.code == "model.unreachable"
    assert pieces[0] == "One "
    assert openai.calls == 1


@pytest.mark.parametrize("api", ["chat", "responses"])
async def test_a_reply_that_used_its_length_up_is_still_said(openai: OpenAIStandIn, model: Model, api: str) -> None:
    openai.say("One two three four.")
    openai.script("truncated")
    assert (await model.answer(by(api, REPLY))).value == "One two t"


@pytest.mark.parametrize("api", ["chat", "responses"])
async def test_a_streamed_refusal_is_a_failure(openai: OpenAIStandIn, model: Model, api: str) -> None:
    async def on_delta(piece: str) -> None:
        raise AssertionError(f"nothing was said, but {piece!r} came")

    openai.script("refusal")
    answer = await model.answer(by(api, REPLY), on_delta)
    assert answer.failure is not None
    assert answer.failure.code == "model.refused"


async def test_a_cancelled_call_is_over_at_once_and_the_next_one_works(openai: OpenAIStandIn, model: Model) -> None:
    openai.script("hang")
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.3):
            await model.answer(ROUTE)
    assert (await model.answer(ROUTE)).value == "order"


async def test_a_hundred_calls_at_once_all_get_their_own_answer(openai: OpenAIStandIn, model: Model) -> None:
    openai.ms = 20
    texts = ["order", "refund", "neither"] * 34
    answers = await asyncio.gather(*(model.answer(replace(ROUTE, text=text, timeout_s=20)) for text in texts))
    assert [answer.value for answer in answers] == ["order", "refund", None] * 34


@pytest.mark.parametrize("api", ["chat", "responses"])
@pytest.mark.parametrize("is_streamed", [True, False])
@pytest.mark.parametrize(("fault", "words"), [("endless", "larger than"), ("compressed", "compressed")])
async def test_an_answer_is_bounded_in_bytes(
    openai: OpenAIStandIn, model: Model, api: str, is_streamed: bool, fault: Fault, words: str
) -> None:
    openai.script(fault, None)
    answer = await model.answer(replace(by(api, REPLY), stream=is_streamed, timeout_s=8.0), _ignore)
    assert answer.failure is not None
    assert answer.failure.code == "model.garbled"
    assert words in answer.failure.message
    assert openai.calls == 1
    assert (await model.answer(by(api, REPLY))).failure is None


async def _ignore(piece: str) -> None:
    return None
