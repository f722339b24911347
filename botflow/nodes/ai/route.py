"""ai.route: a model chooses which handle a message leaves by. It can choose nothing that does not exist."""

from __future__ import annotations

from collections.abc import Generator
from typing import Annotated

from pydantic import Field, field_validator

from botflow.engine.asks import Answer, Ask, AskModel, Choice
from botflow.engine.events import RouteChosen
from botflow.engine.node_type import Leave, NodeFailure, Visit
from botflow.engine.scene import Scene
from botflow.flow.fields import Duration, Properties
from botflow.flow.graph import Category

RESERVED = ("fallback", "error", "abstain")


class Route(Properties):
    """One way to leave: what its messages mean, and what people write who mean it."""

    handle: Annotated[str, Field(min_length=1, max_length=64)]
    description: str = ""
    examples: list[str] = Field(default_factory=list)


class RouteProperties(Properties):
    """`input` is a template (the last message when left out); `instructions` may hold templates too.

    `model` is a name that the configured provider knows (`gpt-5-mini`, `responses:gpt-5-mini`), or `lexical` for the
    built-in one, which costs nothing. So in every AI node.
    """

    routes: Annotated[list[Route], Field(min_length=1, max_length=100)]
    input: str | None = None
    instructions: str = ""
    model: str | None = None
    timeout: Duration = 30.0

    @field_validator("routes")
    @classmethod
    def _are_distinct(cls, routes: list[Route]) -> list[Route]:
        handles = [route.handle for route in routes]
        for handle in handles:
            if handle in RESERVED:
                raise ValueError(f"a route cannot be named {handle!r}: the node has a meaning for that word")
            if handles.count(handle) > 1:
                raise ValueError(f"two routes are named {handle!r}")
        return routes


class AiRoute:
    """Leave by the route the model chose; by `fallback` when it chose none, by `error` when it could not be asked."""

    name = "ai.route"
    category: Category = "action"
    properties = RouteProperties

    def handles(self, properties: RouteProperties) -> tuple[str, ...]:
        return (*(route.handle for route in properties.routes), "fallback", "error")

    def waits(self, properties: RouteProperties) -> bool:
        return False

    def sets(self, properties: RouteProperties) -> tuple[str, ...]:
        return ()

    def visit(self, properties: RouteProperties, scene: Scene) -> Visit:
        text = scene.inbound.text if properties.input is None else scene.render(properties.input)
        if not text.strip():  # a photo, or a timeout: there is nothing a model could read
            return _leave(scene, "", None)
        return _ask(properties, scene, text)


def _ask(properties: RouteProperties, scene: Scene, text: str) -> Generator[Ask, Answer, Leave]:
    answer = yield AskModel(
        purpose="route",
        text=text,
        instructions=scene.render(properties.instructions),
        choices=tuple(
            Choice(handle=route.handle, description=route.description, examples=tuple(route.examples))
            for route in properties.routes
        ),
        model=properties.model,
        timeout_s=properties.timeout,
        language=scene.flow.language,
        now=scene.now,
    )
    if answer.failure is not None:
        raise NodeFailure(answer.failure.message, code=answer.failure.code)
    said = answer.value if isinstance(answer.value, str) else None
    chosen = next((route.handle for route in properties.routes if route.handle == said), "")
    return _leave(scene, chosen, said[:200] if said is not None else None)


def _leave(scene: Scene, chosen: str, said: str | None) -> Leave:
    scene.record(RouteChosen(scene.node.id, chosen, said))
    handle = chosen or "fallback"
    return Leave(handle, {"handle": handle})
