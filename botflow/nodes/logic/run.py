"""logic.run: start another workflow, chosen at run time, and wait for its end or leave at once."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import Annotated

from pydantic import Field, JsonValue

from botflow.engine.effects import CancelRuns, StartRun
from botflow.engine.events import RunStarted
from botflow.engine.node_type import Leave, NodeFailure, NodeType, Park, Visit
from botflow.engine.scene import Scene
from botflow.flow.fields import Duration, Properties, VariableName
from botflow.flow.node_spec import Output, Outputs, StartedWorkflow
from botflow.flow.templates.template import is_template
from botflow.flow.widgets import Widget
from botflow.nodes.logic.child_results import LARGEST_OUTPUT, clipped_result, ended, failed

_BRANCH = "run"
_SLUG = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")


class RunWorkflowProperties(Properties):
    """Which workflow to start, and whether to wait for it."""

    workflow: Annotated[str, Field(min_length=1, max_length=1_000), Widget("combobox", source="workflows")]
    """The id of the workflow, or a template that gives one."""
    input: dict[str, JsonValue] = Field(default_factory=dict)
    """The input of its `trigger.manual`. May hold templates."""
    wait: Annotated[bool, Widget(label="Wait for its end")] = True
    """Whether to wait for its end."""
    variable: Annotated[VariableName, Widget(label="Store its output in", show_when={"wait": True})] | None = None
    """The variable that stores its output."""
    timeout: Annotated[Duration, Widget(label="Wait at most", show_when={"wait": True})] | None = None
    """How long to wait; then the run is cancelled and the node leaves by `timeout`."""


class RunWorkflow(NodeType):
    """Starts another workflow as a run of its own, at its `trigger.manual`.

    {id: bill, type: logic, actionType: run,
     properties: {workflow: bill, input: {order: "{{ order }}"}, variable: bill}}

    The node leaves by `error` when the run fails, is cancelled or cannot be started. Runs start each other at most
    sixteen deep.
    """

    name = "logic.run"
    title = "Run a workflow"
    section = "Control flow"
    icon = "play"
    handle_labels = MappingProxyType(
        {
            "done": "It has completed",
            "timeout": "It has not ended in time",
        }
    )
    properties = RunWorkflowProperties

    def handles(self, properties: RunWorkflowProperties) -> tuple[str, ...]:
        return ("done", "error", "timeout")

    def rests(self, properties: RunWorkflowProperties) -> bool:
        return properties.wait

    def starts_workflow(self, properties: RunWorkflowProperties) -> StartedWorkflow | None:
        known = not is_template(properties.workflow)
        return StartedWorkflow(properties.workflow.strip(), properties.input, ("workflow",)) if known else None

    def outputs(self, properties: RunWorkflowProperties) -> Outputs:
        return {
            "workflow": Output("text", "the id of the workflow that was started"),
            "output": Output("any", "its output, if it was waited for"),
        }

    def visit(self, properties: RunWorkflowProperties, scene: Scene) -> Visit:
        workflow = scene.render(properties.workflow).strip()
        if not _SLUG.fullmatch(workflow):
            raise NodeFailure(f"{workflow[:64]!r} is no workflow's id", code="run.workflow")
        group = scene.group if properties.wait else ""
        given = {name: scene.render_value(value) for name, value in properties.input.items()}
        scene.follow_up(StartRun(branch=_BRANCH, group=group, workflow=workflow, input=given))
        scene.record(RunStarted(scene.node.id, _BRANCH, workflow))
        if not properties.wait:
            return Leave("done", {"workflow": workflow})
        scene.notes.update(group=group, workflow=workflow)
        return Park(("child_done",), for_s=properties.timeout)

    def resume(self, properties: RunWorkflowProperties, scene: Scene) -> Visit:
        workflow = scene.notes["workflow"]
        if scene.alarm is not None:
            scene.follow_up(CancelRuns(group=scene.notes["group"]))
            if scene.connected("timeout"):
                return Leave("timeout", {"workflow": workflow})
            raise NodeFailure(f"the run of {workflow!r} has not ended in time", code="run.timeout")
        _, result = ended(scene)
        if result["status"] != "completed":
            raise failed(result["error"], f"run.{result['status']}")
        execution = str(scene.inbound.parameters.get("execution", ""))
        kept = clipped_result(result, LARGEST_OUTPUT, execution)
        output = kept.get("output", kept)
        if properties.variable:
            scene.set(properties.variable, output)
        return Leave("done", {"workflow": workflow, "output": output})
