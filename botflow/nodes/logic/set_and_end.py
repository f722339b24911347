"""logic.set and logic.end: assign variables, end the execution."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Annotated

from pydantic import Field, JsonValue

from botflow.engine.node_type import End, Leave, NodeType, Visit
from botflow.engine.scene import Scene
from botflow.flow.fields import Properties
from botflow.flow.node_spec import Advice, Output, Outputs, Surroundings

_LONGEST_RECKONING = 200  # characters
_RECKONING = re.compile(r"\s*\$?[\w.]+((?:\s*[-+*/%]\s*\$?[\w.]+)+)?\s*")
_NAME = re.compile(r"(?<![.\w])[^\W0-9]\w*")


class SetProperties(Properties):
    """What to assign."""

    variables: Annotated[dict[str, JsonValue], Field(min_length=1)]
    """Values by variable: JSON that may hold templates. A value that is one template keeps its type."""


class Set(NodeType):
    """Assigns variables, in their order.

    {id: total, type: logic, actionType: set, properties: {variables: {total: "{{ qty * 12 }}"}}}
    """

    name = "logic.set"
    title = "Set variables"
    section = "Control flow"
    icon = "variable"
    properties = SetProperties

    def sets(self, properties: SetProperties) -> tuple[str, ...]:
        return tuple(properties.variables)

    def outputs(self, properties: SetProperties) -> Outputs:
        return {name: Output("any", "the value that it was given") for name in properties.variables}

    def advice(self, properties: SetProperties, around: Surroundings) -> Iterable[Advice]:
        for name, value in properties.variables.items():
            if isinstance(value, str) and _is_reckoning(value, around):
                yield Advice(
                    ("variables", name),
                    f"{name} becomes the text {value!r}, and nothing is computed",
                    f'write "{{{{ {value.strip().lstrip("$")} }}}}"',
                    code="property.no_template",
                )

    def visit(self, properties: SetProperties, scene: Scene) -> Visit:
        assigned = {}
        for name, value in properties.variables.items():
            assigned[name] = scene.set(name, scene.render_value(value))
        return Leave("next", assigned)


def _is_reckoning(text: str, around: Surroundings) -> bool:
    """Say whether a text is a sum or the like over the workflow's variables, or `$name`, as other languages have it."""
    found = _RECKONING.fullmatch(text) if len(text) <= _LONGEST_RECKONING else None
    if found is None:
        return False
    names = _NAME.findall(text)
    return bool(names) and all(map(around.is_variable, names)) and (found[1] is not None or "$" in text)


class EndProperties(Properties):
    """The result."""

    output: JsonValue = None
    """The result of the execution; may hold templates. Without it: the variables. `null`, or a template that yields
    nothing, is null."""


class EndExecution(NodeType):
    """Ends the whole execution, also from inside a subflow, a body or a digression.

    {id: done, type: logic, actionType: end, properties: {output: {total: "{{ total }}"}}}

    In the body of a try, its `finally` runs before the end. The person's next message starts a new execution.
    """

    name = "logic.end"
    title = "End"
    section = "Control flow"
    icon = "octagon"
    properties = EndProperties

    def handles(self, properties: EndProperties) -> tuple[str, ...]:
        return ()

    def visit(self, properties: EndProperties, scene: Scene) -> Visit:
        return End(scene.render_value(properties.output)) if "output" in properties.model_fields_set else End()
