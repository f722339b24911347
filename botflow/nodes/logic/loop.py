"""logic.loop: run the body at `each` once for every item of a list, or while a condition holds."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any

from pydantic import Field, JsonValue, model_validator

from botflow.engine.node_type import EnterBody, Leave, NodeFailure, NodeType, Visit
from botflow.engine.scene import Scene
from botflow.flow.fields import Properties
from botflow.flow.node_spec import Output, Outputs
from botflow.nodes.conditional import Expression

VariableName = Annotated[str, Field(min_length=1, max_length=64)]
_AT, _ITEMS = "at", "items"


class LoopProperties(Properties):
    """What to repeat for. One of `items` and `while` is needed."""

    items: str | list[JsonValue] | None = None
    """A list, or a template that gives one. Of an object, each item is `{key, value}`."""
    item: VariableName = Field(default="item", alias="as")
    """The variable that holds the item."""
    index: VariableName | None = None
    """A variable that holds the item's position, from 0."""
    condition: Expression | None = Field(default=None, alias="while")
    """A condition; the body is repeated as long as it holds."""
    limit: Annotated[int, Field(ge=1, le=10_000)] = 100
    """The most passes; more are a failure."""

    @model_validator(mode="after")
    def _goes_over_something(self) -> LoopProperties:
        if (self.items is None) == (self.condition is None):
            raise ValueError("give it items or while, one of the two")
        return self


class Loop(NodeType):
    """Repeats its body: the part of the flow that the handle `each` leads to.

    {id: all, type: logic, actionType: loop, properties: {items: "{{ names }}", as: name}}

    The body ends where no edge leads on, or where an edge leads back to the loop. It may ask questions and wait. The
    node leaves by `done` after the last pass, and by `error` when a pass fails, when there is no list, or after more
    than `limit` passes. `logic.end` in a body ends the whole execution. One turn of a conversation visits at most 200
    nodes; a run visits as many as it needs.
    """

    name = "logic.loop"
    title = "Loop"
    section = "Control flow"
    icon = "repeat"
    handle_labels = MappingProxyType(
        {"done": "After the last pass", "each": "In each pass", "error": "A pass has failed"}
    )
    properties = LoopProperties

    def handles(self, properties: LoopProperties) -> tuple[str, ...]:
        return ("done", "each", "error")

    def bodies(self, properties: LoopProperties) -> tuple[str, ...]:
        return ("each",)

    def sets(self, properties: LoopProperties) -> tuple[str, ...]:
        item = (properties.item,) if properties.items is not None else ()
        return (*item, properties.index) if properties.index else item

    def outputs(self, properties: LoopProperties) -> Outputs:
        return {
            "count": Output("integer", "how many passes there were"),
            "index": Output("integer", "on `error`: the pass that failed, from 0"),
        }

    def visit(self, properties: LoopProperties, scene: Scene) -> Visit:
        scene.notes[_AT] = 0
        if properties.items is not None:
            scene.notes[_ITEMS] = _items(properties, scene)
        return self._pass(properties, scene)

    def resume(self, properties: LoopProperties, scene: Scene) -> Visit:
        at = scene.notes[_AT]
        if scene.failure is not None:
            return Leave("error", {**scene.failure, "index": at, "count": at})
        scene.notes[_AT] = at + 1
        return self._pass(properties, scene)

    def catches(self, properties: LoopProperties, scene: Scene) -> bool:
        return scene.connected("error")

    def _pass(self, properties: LoopProperties, scene: Scene) -> Visit:
        """Begin the next pass, or leave after the last one."""
        at = scene.notes[_AT]
        items = scene.notes.get(_ITEMS, ())
        is_over = at >= len(items) if properties.condition is None else not scene.evaluate(properties.condition)
        if is_over:
            return Leave("done", {"count": at})
        if at >= properties.limit:
            raise NodeFailure(f"after {at} passes `while` still holds", code="loop.limit")
        if properties.condition is None:
            scene.set(properties.item, items[at])
        if properties.index:
            scene.set(properties.index, at)
        return EnterBody("each")


def _items(properties: LoopProperties, scene: Scene) -> list[Any]:
    return list_of(scene.render_value(properties.items), properties.limit)


def list_of(found: Any, most: int) -> list[Any]:
    """Return the items to repeat for; NodeFailure when it is not a list, or longer than `most`."""
    if isinstance(found, Mapping):
        found = [{"key": key, "value": value} for key, value in found.items()]
    if not isinstance(found, list):
        shown = "nothing" if found is None else f"a {_WORDS.get(type(found), 'value')}"
        raise NodeFailure(f"`items` gave {shown}, and no list", code="loop.items")
    if len(found) > most:
        raise NodeFailure(f"`items` gave {len(found)}, and at most {most} are allowed", code="loop.limit")
    return found


_WORDS = {str: "text", int: "number", float: "number", bool: "yes or no"}
