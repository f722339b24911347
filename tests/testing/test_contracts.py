"""The contracts catch what they are for: each adapter here breaks one promise, and one test of its contract fails."""

from __future__ import annotations

import random
from collections.abc import Callable, Generator, Mapping, Sequence
from typing import Any, ClassVar

import pytest
from pydantic import ConfigDict, Field

from botflow import Answer, AskModel, Leave, NodeFailure, Outcome, Properties, SendMessage, WaitForMessage
from botflow.engine.asks import Ask
from botflow.engine.node_type import NodeType
from botflow.engine.scene import Scene
from botflow.flow.node_spec import Output, Outputs
from botflow.interfaces import OnDelta, WebhookRequest
from botflow.testing import ScriptedModel
from botflow.testing.contracts import (
    ChannelContract,
    ChannelExample,
    ModelContract,
    ModelExample,
    NodeExample,
    NodeTypeContract,
)


def broken(contract: type[Any], example: object) -> list[str]:
    """Return the tests of a contract that `example` does not pass, without their first word."""
    failing = []
    for name in sorted(vars(contract)):
        if not name.startswith("test_"):
            continue
        try:
            getattr(contract(), name)(example)
        except pytest.skip.Exception:
            continue
        except (AssertionError, pytest.fail.Exception):
            failing.append(name.removeprefix("test_"))
    return failing


# -- node types


class WordProperties(Properties):
    """What is said."""

    word: str = "x"
    words: list[str] = Field(default_factory=list)


class Good(NodeType):
    """A node type that keeps all its promises; those below break one each."""

    name = "test.good"
    properties: type[Any] = WordProperties

    def handles(self, properties: WordProperties) -> tuple[str, ...]:
        return ("next", "error")

    def sets(self, properties: WordProperties) -> tuple[str, ...]:
        return ("said",)

    def visit(self, properties: WordProperties, scene: Scene) -> Any:
        scene.set("said", properties.word)
        return Leave("next")


class Crashing(Good):
    def visit(self, properties: WordProperties, scene: Scene) -> Any:
        return 1 // 0


class Sideways(Good):
    def visit(self, properties: WordProperties, scene: Scene) -> Any:
        return Leave("sideways")


class Secretive(Good):
    def visit(self, properties: WordProperties, scene: Scene) -> Any:
        scene.set("hidden", 1)
        return Leave("next")


class Chancy(Good):
    def visit(self, properties: WordProperties, scene: Scene) -> Any:
        scene.set("said", random.random())
        return Leave("next")


class Meddling(Good):
    def visit(self, properties: WordProperties, scene: Scene) -> Any:
        properties.words.append("more")
        return Leave("next")


class Trusting(Good):
    """Takes for granted that a model answers."""

    def visit(self, properties: WordProperties, scene: Scene) -> Generator[Ask, Answer, Outcome]:
        answer = yield AskModel(purpose="reply", text="x", fallback="y")
        scene.set("said", answer.value.upper())
        return Leave("next")


class Careful(Trusting):
    def visit(self, properties: WordProperties, scene: Scene) -> Generator[Ask, Answer, Outcome]:
        answer = yield AskModel(purpose="reply", text="x", fallback="y")
        if answer.failure is not None:
            raise NodeFailure(answer.failure.message, code=answer.failure.code)
        scene.set("said", answer.value)
        return Leave("next")


class Waiting(Good):
    def waits(self, properties: WordProperties) -> bool:
        return True

    def visit(self, properties: WordProperties, scene: Scene) -> Any:
        return WaitForMessage()


class Wordy(Waiting):
    """Expects words, and nothing else."""

    def resume(self, properties: WordProperties, scene: Scene) -> Any:
        scene.set("said", scene.inbound.text.split()[0])
        return Leave("next")


class Open(Good):
    properties = type("Loose", (WordProperties,), {"model_config": ConfigDict(extra="ignore")})


class Twice(Good):
    def handles(self, properties: WordProperties) -> tuple[str, ...]:
        return ("next", "next")


class Forgetful(Good):
    def visit(self, properties: WordProperties, scene: Scene) -> Any:
        return Leave("next", {"word": properties.word, "length": len(properties.word)})

    def outputs(self, properties: WordProperties) -> Outputs:
        return {"word": Output("text")}


class Starting(Good):
    def starts(self, properties: WordProperties, inbound: object) -> bool:
        return True


class Capital(Good):
    name = "Test"


@pytest.mark.parametrize("node_type", [Good(), Careful()], ids=lambda kind: type(kind).__name__)
def test_a_node_type_that_keeps_its_promises_passes(node_type: Any) -> None:
    assert broken(NodeTypeContract, NodeExample(node_type=node_type)) == []


@pytest.mark.parametrize(
    ("node_type", "promise"),
    [
        (Crashing(), "it_plays_its_part_in_a_conversation"),
        (Sideways(), "it_leaves_by_its_handles_alone"),
        (Secretive(), "it_assigns_no_other_variables_than_it_says"),
        (Chancy(), "a_replay_is_identical"),
        (Meddling(), "it_changes_no_property_of_its_node"),
        (Trusting(), "it_withstands_a_world_that_fails"),
        (Waiting(), "what_waits_can_go_on"),
        (Wordy(), "it_withstands_a_photo_a_place_and_a_long_silence"),
        (Open(), "a_property_that_is_not_known_is_refused"),
        (Forgetful(), "its_output_has_no_other_fields_than_it_says"),
        (Starting(), "a_trigger_starts_and_nothing_else_does"),
    ],
    ids=lambda given: given if isinstance(given, str) else type(given).__name__,
)
def test_a_node_type_that_breaks_a_promise_is_found(node_type: Any, promise: str) -> None:
    assert promise in broken(NodeTypeContract, NodeExample(node_type=node_type))


def test_names_are_looked_at() -> None:
    contract = NodeTypeContract()
    with pytest.raises(AssertionError):
        contract.test_its_name_is_a_family_and_an_action(NodeExample(node_type=Capital()))
    with pytest.raises(AssertionError):
        contract.test_its_handles_have_names_of_their_own(NodeExample(node_type=Twice()))


# -- models


class Inventive(ScriptedModel):
    """Invents a choice, and a name of its own is missing in its answers."""

    def reply_to(self, ask: AskModel) -> Answer:
        return Answer(value={"route": "nowhere", "reply": "We will call you.", "extract": {"qty": "two"}}[ask.purpose])

    async def answer(self, ask: AskModel, on_delta: OnDelta | None = None) -> Answer:
        answer = self.reply_to(ask)
        if on_delta is not None:
            await on_delta("We will")
        return answer


def test_a_model_that_breaks_its_promises_is_found() -> None:
    assert broken(ModelContract, ModelExample(open=Inventive)) == [
        "a_model_that_cannot_tell_abstains",
        "a_route_is_the_choice_that_is_meant",
        "an_extraction_has_the_fields_that_were_asked_for",
        "every_answer_says_which_model_gave_it",
        "many_may_ask_at_once",
        "the_pieces_of_a_streamed_reply_are_the_whole",
    ]


def hanging() -> ScriptedModel:
    return ScriptedModel([Answer(value="order")] * 20)


def test_a_provider_that_cannot_be_reached_and_answers_all_the_same_is_found() -> None:
    example = ModelExample(open=hanging, unreachable=hanging)

    assert "a_provider_that_cannot_be_reached_is_a_failure_in_time" in broken(ModelContract, example)


# -- channels


class Careless:
    """A channel that lets everybody in, and forgets half of what is said."""

    name: ClassVar[str] = "careless"
    names: ClassVar[tuple[str, ...]] = ("sms",)
    answers_itself: ClassVar[Mapping[str, frozenset[str]]] = {"mms": frozenset(("Stop",))}
    reply_limit: ClassVar[int] = 1
    reply_type: ClassVar[str] = "text/plain"

    def __init__(self, settings: Any = None, clock: Any = None) -> None:
        """Nothing to open."""

    @property
    def can_verify(self) -> bool:
        return True

    @staticmethod
    def normal_address(written: str, region: str = "") -> str | None:
        return written + "!"

    def verify(self, request: WebhookRequest) -> bool:
        return True

    def parse(self, request: WebhookRequest, received_at: Any, seed: int) -> Any:
        raise ValueError("nothing to parse")

    def render(self, messages: Sequence[SendMessage], channel: str) -> list[SendMessage]:
        return [SendMessage(text=message.text[:40]) for message in reversed(messages)]

    def reply(self, outbounds: Any, status_url: Callable[..., str] | None) -> str:
        return ""

    async def send(self, outbound: Any, status_url: str | None) -> Any:
        raise OSError("away")

    async def close(self) -> None:
        """Nothing is open."""


def test_a_channel_that_breaks_its_promises_is_found() -> None:
    example = ChannelExample(
        open=Careless,
        webhook=WebhookRequest(url="https://bot.example.com", form=(("Body", "Hi"),), headers={}),
        text="Hi",
        carried="sms",
        ours="+15550002222",
        theirs="+15550001111",
    )
    contract = ChannelContract()
    for name in (
        "its_class_says_what_it_carries_and_answers",
        "what_was_changed_on_the_way_is_not",
        "messages_keep_their_order_and_their_words",
        "a_long_text_loses_no_word",
        "every_option_can_be_seen",
        "media_keep_their_order",
        "a_reply_hands_its_parts_over_in_order",
    ):
        with pytest.raises(AssertionError):
            getattr(contract, f"test_{name}")(example)
    for name, crash in (
        ("a_webhook_of_something_else_is_refused", ValueError),
        ("a_part_is_sent_and_its_outcome_is_known", OSError),
        ("a_refusal_is_an_outcome_and_no_exception", OSError),
    ):
        with pytest.raises(crash):
            getattr(contract, f"test_{name}")(example)
