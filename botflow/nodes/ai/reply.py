"""ai.reply: a model writes a reply to the person's message, and the node says it."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from types import MappingProxyType
from typing import Annotated

from pydantic import Field

from botflow.engine.asks import Answer, Ask, AskFailure, AskHistory, AskModel, Line
from botflow.engine.events import NodeFailed
from botflow.engine.node_type import Leave, NodeFailure, NodeType, Visit
from botflow.engine.scene import Scene
from botflow.flow.fields import Duration, Properties
from botflow.flow.node_spec import Advice, Output, Outputs, Surroundings
from botflow.flow.translating.spoken_texts import Spoken
from botflow.flow.widgets import Widget
from botflow.nodes.ai.model_fields import MODEL, ModelName
from botflow.nodes.chatbot.media_and_buttons import MediaList, render_media

LONGEST_REPLY = 8_000  # characters: five long text messages


class ReplyProperties(Properties):
    """What the model is told, and what is said without it."""

    instructions: Annotated[str, Widget("template-textarea", rows=6, placeholder="You are the host of a café.")]
    """The instructions to the model. May be a template."""
    fallback: Annotated[Spoken, Widget("template-textarea", rows=2)] = ""
    """What to say when there is no model or no answer, and nothing is connected to `error`. May be a template."""
    variable: Annotated[str, Widget("combobox", label="Store in", source="variables")] | None = None
    """The variable that stores the answer."""
    history: Annotated[int, Field(ge=0, le=100), Widget(label="Earlier messages", group=MODEL)] = 20
    """How many earlier messages the model sees."""
    max_tokens: Annotated[int, Field(ge=1, le=32_000), Widget(label="Most tokens", group=MODEL)] | None = None
    """The longest answer, in tokens."""
    model: ModelName | None = None
    """The model for this node, by the name that its provider knows, such as `gpt-5-mini`. `lexical` is the built-in
    model. Without it: the provider's default."""
    timeout: Annotated[Duration, Widget(group=MODEL)] = 30.0
    """How long to wait for the model; then the node leaves by `error`."""
    media: MediaList = ()
    """Files to send with the reply: addresses, or objects with `url` and `contentType`."""


class AiReply(NodeType):
    """Lets a model write an answer, and says it. The chat shows the answer while it is written.

    {id: chat, type: ai, actionType: reply,
     properties: {instructions: You are the host of a small café., fallback: I only take orders.}}

    If the model has no answer, the node leaves by `error`; if that is not connected, it says `fallback` and leaves by
    `next`.
    """

    name = "ai.reply"
    title = "Write a reply"
    section = "Language models"
    icon = "sparkles"
    capabilities = ("asks the world", "streams", "idempotent")
    handle_labels = MappingProxyType({"error": "No answer of the model"})
    properties = ReplyProperties

    def handles(self, properties: ReplyProperties) -> tuple[str, ...]:
        return ("next", "error")

    def fails_conversation(self, properties: ReplyProperties) -> bool:
        return False  # it says its fallback, and `advice` warns where there is none

    def speaks(self, properties: ReplyProperties) -> bool:
        return True

    def outputs(self, properties: ReplyProperties) -> Outputs:
        return {"text": Output("text", "what was said")}

    def advice(self, properties: ReplyProperties, around: Surroundings) -> Iterable[Advice]:
        """Without either of the two the conversation fails whenever the model does, and always without a key."""
        if not properties.fallback.strip() and not around.connected("error"):
            yield Advice(
                ("fallback",),
                "without a model's answer the conversation ends here with an apology",
                "give it a fallback, or lead error on",
                code="ai.no_fallback",
            )

    def visit(self, properties: ReplyProperties, scene: Scene) -> Visit:
        return _reply(properties, scene)


def _reply(properties: ReplyProperties, scene: Scene) -> Generator[Ask, Answer, Leave]:
    fallback = scene.render(properties.fallback)
    text, failure = yield from _ask(properties, scene, fallback)
    if failure is not None:
        if scene.connected("error") or not fallback.strip():
            raise NodeFailure(failure.message, code=failure.code)
        scene.record(NodeFailed(scene.node.id, failure.code, failure.message))
        text = fallback
    # The text as it is: a model's words are never rendered as a template.
    scene.say(text, media=render_media(properties.media, scene) if properties.media else ())
    if properties.variable:
        scene.set(properties.variable, text)
    return Leave("next", {"text": text})


def _ask(
    properties: ReplyProperties, scene: Scene, fallback: str
) -> Generator[Ask, Answer, tuple[str, AskFailure | None]]:
    history: tuple[Line, ...] = ()
    if properties.history:
        before = yield AskHistory(limit=properties.history)
        if before.failure is not None:
            return "", before.failure
        history = tuple(Line(role=line["role"], text=line["text"]) for line in before.value or ())
    answer = yield AskModel(
        purpose="reply",
        text=scene.inbound.text,
        instructions=scene.render(properties.instructions),
        history=history,
        model=properties.model,
        max_tokens=properties.max_tokens,
        timeout_s=properties.timeout,
        language=scene.language,
        stream=True,
        fallback=fallback,
        now=scene.now,
    )
    if answer.failure is not None:
        return "", answer.failure
    if not isinstance(answer.value, str) or not answer.value.strip():
        return "", AskFailure(code="model.empty", message="the model's reply is empty")
    return _clip(answer.value.strip()), None


def _clip(text: str) -> str:
    return text if len(text) <= LONGEST_REPLY else text[: LONGEST_REPLY - 1] + "…"
