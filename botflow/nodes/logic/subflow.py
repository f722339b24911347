"""logic.subflow: run another workflow as a part of this one, with variables handed in and out."""

from __future__ import annotations

from pydantic import Field, JsonValue

from botflow.engine.node_type import EnterSubflow, Leave, Visit
from botflow.engine.scene import Scene
from botflow.flow.fields import Properties, WorkflowId
from botflow.flow.graph import Category
from botflow.flow.templates.template import is_template


class SubflowProperties(Properties):
    """`input` sets the child's variables from templates over ours; `output` sets ours from the child's.

    An output is the name of a child's variable, or a template over all of them.
    """

    workflow: WorkflowId
    input: dict[str, JsonValue] = Field(default_factory=dict)
    output: dict[str, str] = Field(default_factory=dict)


class Subflow:
    """Enters the child's graph, and leaves by `next` when that has ended."""

    name = "logic.subflow"
    category: Category = "action"
    properties = SubflowProperties

    def handles(self, properties: SubflowProperties) -> tuple[str, ...]:
        return ("next",)

    def waits(self, properties: SubflowProperties) -> bool:
        return False

    def sets(self, properties: SubflowProperties) -> tuple[str, ...]:
        return tuple(properties.output)

    def visit(self, properties: SubflowProperties, scene: Scene) -> Visit:
        return EnterSubflow(properties.workflow, {k: scene.render_value(v) for k, v in properties.input.items()})

    def resume(self, properties: SubflowProperties, scene: Scene) -> Visit:
        returned = scene.returned or {}
        brought = {
            name: scene.render_returned(source) if is_template(source) else returned.get(source)
            for name, source in properties.output.items()
        }
        for name, value in brought.items():
            scene.set(name, value)
        return Leave("next", brought)
