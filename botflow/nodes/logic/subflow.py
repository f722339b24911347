"""logic.subflow: run another workflow as a part of this one, with variables handed in and out."""

from __future__ import annotations

from types import MappingProxyType

from pydantic import Field, JsonValue

from botflow.engine.node_type import EnterSubflow, Leave, NodeType, Visit
from botflow.engine.scene import Scene
from botflow.flow.fields import Properties, WorkflowId
from botflow.flow.node_spec import Output, Outputs
from botflow.flow.templates.template import is_template


class SubflowProperties(Properties):
    """Which flow to run, and what it gets and gives."""

    workflow: WorkflowId
    """The id of the flow, which is served together with this one."""
    input: dict[str, JsonValue] = Field(default_factory=dict)
    """Variables of the subflow, with templates over the variables of this flow."""
    output: dict[str, str] = Field(default_factory=dict)
    """Variables of this flow: each is the name of a variable of the subflow, or a template over them."""


class Subflow(NodeType):
    """Runs another flow as a part of this one, in the same session. It may talk to the person.

    {id: address, type: logic, actionType: subflow,
     properties: {workflow: address, input: {name: "{{ name }}"}, output: {street: street}}}
    """

    name = "logic.subflow"
    title = "Subflow"
    section = "Control flow"
    icon = "workflow"
    handle_labels = MappingProxyType({"next": "The subflow has ended"})
    properties = SubflowProperties

    def sets(self, properties: SubflowProperties) -> tuple[str, ...]:
        return tuple(properties.output)

    def outputs(self, properties: SubflowProperties) -> Outputs:
        return {name: Output("any", "what the subflow has brought") for name in properties.output}

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
