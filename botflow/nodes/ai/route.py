"""ai.route: a model chooses the handle for a message. It can only choose a handle that exists."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from types import MappingProxyType
from typing import Annotated

from pydantic import Field, field_validator

from botflow.engine.asks import Answer, Ask, AskModel, Choice
from botflow.engine.events import RouteChosen
from botflow.engine.node_type import Leave, NodeFailure, NodeType, Visit
from botflow.engine.scene import Scene
from botflow.flow.fields import Duration, HandleName, Marker, Properties, WrongProperty
from botflow.flow.node_spec import ItemHandles, Output, Outputs
from botflow.flow.translating.spoken_texts import by_language
from botflow.flow.widgets import Widget
from botflow.nodes.ai.model_fields import MODEL, InputText, ModelName

Example = Annotated[str, Widget("text", placeholder="I am hungry")]
Examples = Annotated[tuple[Example, ...], Marker("template", spoken="words"), by_language(tuple[Example, ...])]
RESERVED = ("fallback", "error", "abstain")


class Route(Properties):
    """One way to leave."""

    handle: Annotated[HandleName, Widget(placeholder="order")]
    """The handle to leave by: its edge is followed when the model chooses this route."""
    description: Annotated[str, Widget("text", placeholder="wants to order")] = ""
    """What messages of this route mean."""
    examples: Examples = ()
    """Messages that people write for this route. The built-in model needs them."""


class RouteProperties(Properties):
    """What the model may choose from."""

    routes: Annotated[list[Route], Field(min_length=1, max_length=100)]
    """The routes. The handles `fallback`, `error` and `abstain` are reserved."""
    input: InputText | None = None
    """The text to read, usually a template. Without it: the person's last message."""
    instructions: Annotated[str, Widget("template-textarea", group=MODEL)] = ""
    """Further instructions to the model. May be a template."""
    model: ModelName | None = None
    """The model for this node, by the name that its provider knows, such as `gpt-5-mini`. `lexical` is the built-in
    model. Without it: the provider's default."""
    timeout: Annotated[Duration, Widget(group=MODEL)] = 30.0
    """How long to wait for the model; then the node leaves by `error`."""

    @field_validator("routes")
    @classmethod
    def _are_distinct(cls, routes: list[Route]) -> list[Route]:
        handles = [route.handle for route in routes]
        for position, handle in enumerate(handles):
            if handle in RESERVED:
                message = f"a route cannot be named {handle!r}: the node has a meaning for that word"
                raise WrongProperty(message, position, "handle")
            if handles.index(handle) < position:
                raise WrongProperty(f"two routes are named {handle!r}", position, "handle")
        return routes


class AiRoute(NodeType):
    """Lets a model choose the edge by the meaning of a message. It cannot choose an edge that is not drawn.

    {id: intent, type: ai, actionType: route,
     properties: {routes: [{handle: order, description: wants to order, examples: [I am hungry]}, {handle: refund}]}}

    The node leaves by `fallback` when no route fits, and by `error` when the model could not be asked or its answer
    could not be read. Its output has `handle`, and from the built-in model `confidence` (0 to 1) and `runnerUp`, the
    best route that was not chosen.
    """

    name = "ai.route"
    title = "Route by meaning"
    section = "Language models"
    icon = "route"
    capabilities = ("asks the world", "idempotent")
    handle_labels = MappingProxyType(
        {
            "fallback": "No route fits",
            "error": "No answer of the model",
        }
    )
    item_handles = ItemHandles("routes")
    properties = RouteProperties

    def handles(self, properties: RouteProperties) -> tuple[str, ...]:
        return (*(route.handle for route in properties.routes), "fallback", "error")

    def outputs(self, properties: RouteProperties) -> Outputs:
        return {
            "handle": Output("text", "the handle that was chosen, or `fallback`"),
            "confidence": Output("number", "how sure the built-in model was, from 0 to 1"),
            "runnerUp": Output("text", "the best route that was not chosen"),
        }

    def route_ask(self, properties: RouteProperties, language: str) -> AskModel:
        return _ask_to_route(properties, language)

    def visit(self, properties: RouteProperties, scene: Scene) -> Visit:
        text = scene.inbound.text if properties.input is None else scene.render(properties.input)
        if not text.strip():  # a photo, or a timeout: no text for a model to read
            return _leave(scene, "", Answer())
        return _ask(properties, scene, text)


def _ask(properties: RouteProperties, scene: Scene, text: str) -> Generator[Ask, Answer, Leave]:
    answer = yield replace(
        _ask_to_route(properties, scene.language),
        text=text,
        instructions=scene.render(properties.instructions),
        now=scene.now,
    )
    if answer.failure is not None:
        raise NodeFailure(answer.failure.message, code=answer.failure.code)
    chosen = next((route.handle for route in properties.routes if route.handle == answer.value), "")
    return _leave(scene, chosen, answer)


def _ask_to_route(properties: RouteProperties, language: str) -> AskModel:
    """Return the Ask as far as the flow's author wrote it; the person's words come later."""
    return AskModel(
        purpose="route",
        text="",
        choices=tuple(
            Choice(handle=route.handle, description=route.description, examples=route.examples)
            for route in properties.routes
        ),
        model=properties.model,
        timeout_s=properties.timeout,
        language=language,
    )


def _leave(scene: Scene, chosen: str, answer: Answer) -> Leave:
    said = answer.value[:200] if isinstance(answer.value, str) else None
    confidence, runner_up = _certainty(answer)
    scene.record(RouteChosen(scene.node.id, chosen, said, confidence, runner_up))
    handle = chosen or "fallback"
    return Leave(handle, {"handle": handle, "confidence": confidence, "runnerUp": runner_up})


def _certainty(answer: Answer) -> tuple[float | None, str]:
    """Return how sure the model says to be and its second choice; (None, "") if it says nothing about it."""
    confidence, runner_up = answer.usage.get("confidence"), answer.usage.get("runnerUp")
    return (
        confidence if isinstance(confidence, float) else None,
        runner_up[:64] if isinstance(runner_up, str) else "",
    )
