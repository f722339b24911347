"""Performing Asks: whoever answers, in time, as plain JSON; whatever goes wrong outside is an Answer too."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Mapping
from typing import Any, cast

import pytest
import structlog
from pydantic_settings import SettingsConfigDict

from botflow.engine.ask_json import answer_from_json, answer_to_json
from botflow.engine.asks import Answer, AskHistory, AskModel, Choice, Invoke, Line
from botflow.errors import ProviderError
from botflow.flow.fields import Properties
from botflow.interfaces import Model, OnDelta
from botflow.nodes.custom.action import action
from botflow.plugins import Plugin
from botflow.redaction.known_secrets import KnownSecrets
from botflow.runtime.asks.actions import Actions, Fields, Permit
from botflow.runtime.asks.model_budget import ModelSpend
from botflow.runtime.asks.perform import Asking, Asks, models_of
from botflow.runtime.asks.recorded_answers import RecordedAnswers
from botflow.runtime.offline_model import LexicalModel
from botflow.runtime.process.measurements import Measurements
from botflow.settings import EnvironmentSettings
from botflow.storage.decisions import Decisions
from botflow.storage.engines.engine import Engine
from botflow.storage.files import Files
from botflow.storage.runs.artifacts import Artifacts
from botflow.storage.runs.executions import Executions
from botflow.storage.spending import Spending
from botflow.storage.transcripts import Transcripts
from tests.provider_accounts import deployment_accounts

ROUTE = AskModel(purpose="route", text="order", choices=(Choice(handle="order"),))
ASKING = Asking("bank", 1, 1, "e1")
LogLines = list[dict[str, Any]]


class Speaker:
    """A model that does what a test tells it to."""

    def __init__(self, name: str, answer: Callable[[AskModel], Any]) -> None:
        self.name = name
        self.asked: list[AskModel] = []
        self._answer = answer

    async def answer(self, ask: AskModel, on_delta: OnDelta | None = None) -> Answer:
        self.asked.append(ask)
        return Answer(value=self._answer(ask), usage={"model": self.name})

    async def close(self) -> None:
        """Nothing is open."""


class Hanging(Speaker):
    async def answer(self, ask: AskModel, on_delta: OnDelta | None = None) -> Answer:
        await asyncio.sleep(60)
        return Answer()


class Shelf:
    """Transcripts of one session."""

    def __init__(self, lines: list[Line]) -> None:
        self._lines = lines

    async def lines(self, session: int, before_seq: int, limit: int) -> list[Line]:
        if not self._lines:
            raise ProviderError("the database is away", code="database.unavailable", retryable=True)
        return self._lines[-limit:]


async def _at_home(session: int) -> bool:
    return True


class Amount(Properties):
    amount: int = 1


@action("bank.pay")
async def pay(properties: Amount, variables: Mapping[str, Any]) -> Any:
    if properties.amount < 0:
        raise ValueError("no such amount")
    return {"paid": properties.amount * variables["factor"]}


@action("bank.wait")
async def wait(properties: Amount, variables: Mapping[str, Any]) -> Any:
    await asyncio.sleep(60)


@action("bank.odd")
async def odd(properties: Amount, variables: Mapping[str, Any]) -> Any:
    return {"when": object()}


class Said(Properties):
    text: str = ""


@action("bank.say")
async def say(properties: Said, variables: Mapping[str, Any]) -> Any:
    return SAID[properties.text]


SAID: Mapping[str, Any] = {
    "text": "a\0b",
    "nested": {"rows": [{"name": "a\0b"}]},
    "name": {"a\0": 1, "a": 2},
    "half": "a\ud83d",
    "escape": "a\\u0000b",
    "backslash": "a\\",
    "large": 2**64,
    "largest": 2**64 - 1,
    "fraction": [1e16, -1e16, 1e15, 1e20],
}


API_KEY = "sk-deployment-4711"


def asks(
    *models: Model,
    lines: list[Line] | None = None,
    seen: LogLines | None = None,
    measurements: Measurements | None = None,
) -> Asks:
    known = KnownSecrets([API_KEY])

    def keep(_: Any, name: str, event: Any) -> str:
        if seen is not None:
            seen.append({"level": name, **event})
        raise structlog.DropEvent

    return Asks(
        accounts=deployment_accounts(models or (LexicalModel(),)),
        transcripts=cast(Transcripts, Shelf(lines or [])),  # nothing but `lines` is called
        actions=Actions(
            node_types={node_type.name: node_type for node_type in (pay, wait, odd, say)},
            artifacts=cast(Artifacts, None),  # nothing here is that large
            executions=cast(Executions, None),
            credential=cast(Fields, None),
            is_home=_at_home,
            accounts=deployment_accounts(),
            files=cast(Files, None),
            known_secrets=known,
            networks=(),
            permit=cast(Permit, None),
        ),
        recorded=RecordedAnswers(cast(Engine, None)),  # of forks only
        known_secrets=known,
        measurements=measurements or Measurements(lambda workflow: None, lambda version, node: None),
        spend=ModelSpend(cast(Spending, None), cast(Decisions, None)),  # without budgets nothing is counted
        log=structlog.wrap_logger(None, processors=[keep]),
    )


async def test_the_offline_model_answers_and_says_once_that_it_does() -> None:
    seen: LogLines = []
    performing = asks(seen=seen)
    for _ in range(3):
        assert (await performing.perform(ROUTE, ASKING, None)).value == "order"
    assert [(line["level"], line["event"]) for line in seen] == [("info", "model_is_offline")]


async def test_a_configured_model_is_the_default_and_lexical_can_be_chosen() -> None:
    speaker = Speaker("openai", lambda ask: ask.model)
    seen: LogLines = []
    performing = asks(speaker, LexicalModel(), seen=seen)
    for named, heard in (("gpt-5", "gpt-5"), ("openai:gpt-5", "gpt-5"), ("responses:gpt-5", "responses:gpt-5")):
        answer = await performing.perform(AskModel(purpose="route", text="x", model=named), ASKING, None)
        assert answer.value == heard
    offline = AskModel(purpose="route", text="order", choices=ROUTE.choices, model="lexical")
    assert (await performing.perform(offline, ASKING, None)).value == "order"
    assert (len(speaker.asked), seen) == (3, [])


class SpeakerSettings(EnvironmentSettings):
    model_config = SettingsConfigDict(env_prefix="SPEAKER_")

    key: str | None = None


def test_models_are_those_of_the_plugins_that_are_configured_and_the_built_in_one() -> None:
    speaker = Speaker("openai", lambda ask: None)
    plugins = [
        Plugin(name="a"),
        Plugin(name="b", settings=SpeakerSettings, model=lambda settings: speaker if settings.key else None),
    ]
    assert [model.name for model in models_of(plugins, {})] == ["lexical"]
    assert [model.name for model in models_of(plugins, {"SPEAKER_KEY": "k"})] == [
        "openai",
        "lexical",
    ]


async def test_history_is_a_list_of_roles_and_texts() -> None:
    performing = asks(lines=[Line(role="user", text="hi"), Line(role="assistant", text="Hello!")])
    answer = await performing.perform(AskHistory(limit=1), Asking("w", 1, 7), None)
    assert answer == Answer(value=[{"role": "assistant", "text": "Hello!"}])


async def test_a_database_that_is_away_is_no_answer_but_an_error() -> None:
    with pytest.raises(ProviderError, match="the database is away"):
        await asks().perform(AskHistory(limit=1), Asking("w", 1, 7), None)


async def test_an_action_gets_its_properties_and_variables() -> None:
    answer = await asks().perform(
        Invoke(type="bank.pay", properties={"amount": 2}, variables={"factor": 3}), ASKING, None
    )
    assert answer.value == {"paid": 6}


@pytest.mark.parametrize(
    ("ask", "code"),
    [
        (Invoke(type="bank.pay", properties={"amount": -1}, variables={}), "action.crashed"),
        (Invoke(type="bank.pay", properties={"amount": "x"}, variables={}), "action.properties"),
        (Invoke(type="bank.wait", properties={}, variables={}, timeout_s=0.01), "action.timeout"),
        (Invoke(type="bank.odd", properties={}, variables={}), "ask.not_json"),
        (Invoke(type="bank.rob", properties={}, variables={}), "action.unknown"),
        (AskModel(purpose="reply", text="x", timeout_s=0.01, model="slow"), "model.timeout"),
        (AskModel(purpose="reply", text="x", model="broken"), "model.crashed"),
        (AskModel(purpose="reply", text="x", model="leaving"), "model.crashed"),
        (AskModel(purpose="reply", text="x", model="confused"), "model.crashed"),
        (AskModel(purpose="reply", text="x", model="endless"), "ask.too_large"),
    ],
)
async def test_every_failure_of_the_world_is_an_answer_and_a_line_in_the_log(ask: Any, code: str) -> None:
    seen: LogLines = []
    performing = asks(
        Hanging("slow", lambda ask: None),
        Speaker("broken", lambda ask: int(ask.text)),
        Speaker("leaving", lambda ask: sys.exit(1)),
        Speaker("confused", lambda ask: _raise(asyncio.CancelledError())),
        Speaker("endless", lambda ask: "a" * 300_000),
        seen=seen,
    )
    answer = await performing.perform(ask, ASKING, None)
    assert answer.failure is not None
    assert answer.failure.code == code
    assert [line["code"] for line in seen] == [code]


async def test_whoever_ends_an_attempt_ends_its_ask() -> None:
    asking = asyncio.create_task(asks(Hanging("slow", lambda ask: None)).perform(ROUTE, ASKING, None))
    await asyncio.sleep(0)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking


def _raise(failure: BaseException) -> None:
    raise failure


async def test_what_a_first_attempt_sees_is_what_a_retry_finds_in_the_journal() -> None:
    said = {"text": "caf\u00e9\0 \ud83d", "pair": (1, 2), "nan": float("nan")}
    answer = await asks(Speaker("openai", lambda ask: said)).perform(ROUTE, ASKING, None)
    assert answer.value == {"text": "café ", "pair": [1, 2], "nan": None}
    assert answer_from_json(answer_to_json(answer)) == answer


async def test_a_streamed_piece_is_as_clean_as_the_whole() -> None:
    pieces: list[str] = []

    async def on_delta(piece: str) -> None:
        pieces.append(piece)

    ask = AskModel(purpose="reply", text="x", fallback="caf\u00e9\0 \ud83d", stream=True)
    answer = await asks().perform(ask, ASKING, on_delta)
    assert pieces == [answer.value] == ["café "]


class Echo(Speaker):
    """A model whose server writes the request's key into its reply, piece by piece."""

    async def answer(self, ask: AskModel, on_delta: OnDelta | None = None) -> Answer:
        text = f"your key is {API_KEY}, isn't it"
        for start in range(0, len(text) if on_delta else 0, 5):
            assert on_delta is not None
            await on_delta(text[start : start + 5])
        return Answer(value=text, usage={"model": API_KEY})


async def test_the_deployments_secrets_are_masked_in_a_models_reply_and_in_its_pieces() -> None:
    pieces: list[str] = []

    async def on_delta(piece: str) -> None:
        pieces.append(piece)

    ask = AskModel(purpose="reply", text="x", stream=True, model="echo")
    answer = await asks(Echo("echo", lambda ask: None)).perform(ask, ASKING, on_delta)

    assert "".join(pieces) == answer.value == "your key is ***, isn't it"
    assert answer.usage == {"model": "***"}


@pytest.mark.parametrize(
    "failure", [ProviderError(f"401 for {API_KEY}", code="model.unauthorized"), ValueError(API_KEY)]
)
async def test_the_deployments_secrets_are_masked_in_a_models_error(failure: Exception) -> None:
    seen: LogLines = []
    ask = AskModel(purpose="reply", text="x", model="broken")

    answer = await asks(Speaker("broken", lambda ask: _raise(failure)), seen=seen).perform(ask, ASKING, None)

    assert answer.failure is not None
    assert "***" in answer.failure.message
    assert API_KEY not in answer.failure.message + repr(seen)


async def test_cancelling_passes_through() -> None:
    performing = asks(Hanging("slow", lambda ask: None))
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await performing.perform(ROUTE, ASKING, None)


@pytest.mark.parametrize("name", ["text", "nested", "name", "half", "large"])
async def test_an_actions_answer_that_no_database_keeps_is_a_failure_and_not_another_value(name: str) -> None:
    answer = await asks().perform(Invoke(type="bank.say", properties={"text": name}, variables={}), ASKING, None)
    assert (answer.value, answer.failure and answer.failure.code) == (None, "ask.not_json")


@pytest.mark.parametrize("name", ["escape", "backslash", "largest"])
async def test_an_actions_answer_is_kept_exactly(name: str) -> None:
    answer = await asks().perform(Invoke(type="bank.say", properties={"text": name}, variables={}), ASKING, None)
    assert (answer.failure, answer.value) == (None, SAID[name])


async def test_an_actions_fraction_is_what_the_journal_returns_on_both_databases() -> None:
    answer = await asks().perform(Invoke(type="bank.say", properties={"text": "fraction"}, variables={}), ASKING, None)
    assert list(map(repr, answer.value)) == ["10000000000000000", "-10000000000000000", "1000000000000000.0", "1e+20"]
