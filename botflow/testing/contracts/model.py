"""The contract of a Model: it routes, replies and extracts, names its model, and never invents a choice."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

import pytest

from botflow.engine.asks import Answer, AskModel, Choice, ExtractField
from botflow.errors import ProviderError
from botflow.interfaces import Model, Quotes
from botflow.testing.scripted.outcomes import run_to_end
from botflow.testing.simulated.engine_turn import as_journalled

T = TypeVar("T")
SATURDAY = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
ROUTE = AskModel(
    purpose="route",
    text="I want to order a pizza",
    choices=(
        Choice(handle="order", description="wants to order food", examples=("I want to order",)),
        Choice(handle="refund", description="wants money back", examples=("give me my money back",)),
    ),
    timeout_s=10,
)
EXTRACT = AskModel(
    purpose="extract",
    text="2 pizzas for tomorrow",
    fields=(ExtractField(name="qty", type="integer", description="how many"), ExtractField(name="day", type="date")),
    timeout_s=10,
    now=SATURDAY,
)
REPLY = AskModel(purpose="reply", text="Are you there?", fallback="We will call you.", stream=True, timeout_s=10)


def _nothing(purpose: str, value: object) -> None:
    """Prepare nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelExample:
    """A model to try. `open` returns a new one, ready to answer; it is called inside an event loop.

    `prepare(purpose, value)` tells the provider's stand-in the model's next answer: for `route` a handle or None,
    for `reply` a text, for `extract` an object; a model that answers by itself needs no preparation. `unreachable`
    returns one whose provider cannot be reached.
    """

    open: Callable[[], Model]
    prepare: Callable[[str, object], None] = _nothing
    unreachable: Callable[[], Model] | None = None


class ModelContract:
    """Override `model_example`."""

    @pytest.fixture
    def model_example(self) -> ModelExample:
        # There is no default: a contract without an example would prove nothing.
        raise NotImplementedError("return the ModelExample of your model")

    def test_a_model_has_a_name(self, model_example: ModelExample) -> None:
        assert _with(model_example.open, _name)

    def test_a_route_is_the_choice_that_is_meant(self, model_example: ModelExample) -> None:
        model_example.prepare("route", "order")

        assert _answer(model_example, ROUTE).value == "order"

    def test_a_model_that_cannot_tell_abstains(self, model_example: ModelExample) -> None:
        model_example.prepare("route", None)

        answer = _answer(model_example, _saying("xyzzy plugh"))

        assert (answer.value, answer.failure) == (None, None)

    def test_a_reply_is_a_text(self, model_example: ModelExample) -> None:
        model_example.prepare("reply", REPLY.fallback)

        assert _answer(model_example, REPLY).value == REPLY.fallback

    def test_the_pieces_of_a_streamed_reply_are_the_whole(self, model_example: ModelExample) -> None:
        model_example.prepare("reply", REPLY.fallback)
        pieces: list[str] = []

        async def keep(piece: str) -> None:
            pieces.append(piece)

        answer = _with(model_example.open, lambda model: model.answer(REPLY, keep))

        assert "".join(pieces) == answer.value
        assert all(isinstance(piece, str) and piece for piece in pieces)

    def test_an_extraction_has_the_fields_that_were_asked_for(self, model_example: ModelExample) -> None:
        wanted = {"qty": 2, "day": "2026-11-22"}
        model_example.prepare("extract", wanted)

        answer = _answer(model_example, EXTRACT)

        assert isinstance(answer.value, Mapping)
        assert dict(answer.value) == wanted

    def test_every_answer_says_which_model_gave_it(self, model_example: ModelExample) -> None:
        model_example.prepare("route", "order")

        assert _answer(model_example, ROUTE).usage.get("model")

    def test_an_answer_is_the_same_after_the_journal_has_kept_it(self, model_example: ModelExample) -> None:
        model_example.prepare("route", "order")
        answer = _answer(model_example, ROUTE)

        assert as_journalled(answer) == answer

    def test_many_may_ask_at_once(self, model_example: ModelExample) -> None:
        for _ in range(3):
            model_example.prepare("route", "order")

        async def ask_all(model: Model) -> list[Answer]:
            return list(await asyncio.gather(*(model.answer(ROUTE) for _ in range(3))))

        assert [answer.value for answer in _with(model_example.open, ask_all)] == ["order"] * 3

    def test_a_quote_counts_tokens_of_prompt_and_answer(self, model_example: ModelExample) -> None:
        async def quote(model: Model) -> None:
            if not isinstance(model, Quotes):
                assert not hasattr(model, "quote"), "a model with `quote` keeps all of Quotes"
                return
            quoted = model.quote(ROUTE)
            assert quoted.model
            assert quoted.prompt_tokens >= 0
            assert quoted.completion_tokens >= 0

        _with(model_example.open, quote)

    def test_a_provider_that_cannot_be_reached_is_a_failure_in_time(self, model_example: ModelExample) -> None:
        if model_example.unreachable is None:
            return  # it has no provider that could be unreachable

        async def ask(model: Model) -> None:
            async with asyncio.timeout(ROUTE.timeout_s + 5):
                try:
                    answer = await model.answer(ROUTE)
                except ProviderError:
                    return
            assert answer.failure is not None

        _with(model_example.unreachable, ask)

    def test_closing_twice_is_no_mistake(self, model_example: ModelExample) -> None:
        _with(model_example.open, lambda model: model.close())


def _saying(text: str) -> AskModel:
    return AskModel(purpose="route", text=text, choices=ROUTE.choices, timeout_s=ROUTE.timeout_s)


def _answer(example: ModelExample, ask: AskModel) -> Answer:
    """Return the answer; a provider's failure fails the test."""
    answer = _with(example.open, lambda model: model.answer(ask))
    assert answer.failure is None
    return answer


async def _name(model: Model) -> str:
    return model.name


def _with(open_model: Callable[[], Model], use: Callable[[Model], Awaitable[T]]) -> T:
    """Open a model in an event loop of its own, use it, and close it."""

    async def work() -> T:
        model = open_model()
        try:
            return await use(model)
        finally:
            await model.close()

    return run_to_end(work())
