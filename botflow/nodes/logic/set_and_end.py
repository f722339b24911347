"""logic.set and logic.end: assign variables, end the execution."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, JsonValue

from botflow.engine.node_type import End, Leave, Visit
from botflow.engine.scene import Scene
from botflow.flow.fields import Properties
from botflow.flow.graph import Category


class SetProperties(Properties):
    """Values are JSON that may hold templates; a bare `{{ expression }}` keeps its type. They are set in order."""

    variables: Annotated[dict[str, JsonValue], Field(min_length=1)]


class Set:
    """Assigns variables; a later one may read an earlier one."""

    name = "logic.set"
    category: Category = "action"
    properties = SetProperties

    def handles(self, properties: SetProperties) -> tuple[str, ...]:
        return ("next",)

    def waits(self, properties: SetProperties) -> bool:
        return False

    def sets(self, properties: SetProperties) -> tuple[str, ...]:
        return tuple(properties.variables)

    def visit(self, properties: SetProperties, scene: Scene) -> Visit:
        assigned = {}
        for name, value in properties.variables.items():
            assigned[name] = scene.set(name, scene.render_value(value))
        return Leave("next", assigned)


class EndProperties(Properties):
    """`output` is what the execution gives to whoever started it; without it, its variables."""

    output: JsonValue = None


class EndExecution:
    """Ends the whole execution, inside a subflow and a digression too; the next message starts another."""

    name = "logic.end"
    category: Category = "action"
    properties = EndProperties

    def handles(self, properties: EndProperties) -> tuple[str, ...]:
        return ()

    def waits(self, properties: EndProperties) -> bool:
        return False

    def sets(self, properties: EndProperties) -> tuple[str, ...]:
        return ()

    def visit(self, properties: EndProperties, scene: Scene) -> Visit:
        return End(scene.render_value(properties.output))
