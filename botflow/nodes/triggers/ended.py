"""trigger.ended: an execution of the same workflow has ended, so that a flow can tell people or systems of it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from botflow.engine.inbound import Inbound
from botflow.engine.node_type import Leave, NodeType, Visit
from botflow.engine.scene import Scene
from botflow.flow.fields import Properties, WrongProperty
from botflow.flow.graph import ExecutionMode
from botflow.flow.node_spec import Output, Outputs
from botflow.flow.widgets import Widget

ENDED = "ended"  # a trigger inbound's `trigger`
EndStatus = Literal["completed", "failed", "cancelled"]


class EndedProperties(Properties):
    """Which ends start a run."""

    on: Annotated[
        tuple[EndStatus, ...],
        Field(min_length=1, max_length=3),
        Widget("multi-select", options={"completed": "Completed", "failed": "Failed", "cancelled": "Cancelled"}),
    ] = ("failed",)
    """How the execution has ended: `completed`, `failed`, `cancelled`, or several of them."""

    @model_validator(mode="after")
    def _are_different(self) -> EndedProperties:
        for position, status in enumerate(self.on):
            if status in self.on[:position]:
                raise WrongProperty(f"{status} is there twice", "on", position)
        return self


class EndedTrigger(NodeType):
    """Starts a run when an execution of this workflow has ended, once for each end: to notify people by e-mail or chat.

    {id: over, type: trigger, actionType: ended, properties: {on: [failed, cancelled]}}

    `$input` is the end: `{status, execution, workflow, session, channel, externalId, trigger, startedAt, endedAt,
    error, output}`. A failed one has `error: {node, code, message}`. What an operator ends counts, too. The end of such
    a run itself starts nothing, nor does that of a parallel branch or of a fork.
    """

    name = "trigger.ended"
    title = "Execution ended"
    section = "Triggers of runs"
    icon = "flag"
    category = "trigger"
    properties = EndedProperties

    def sets(self, properties: EndedProperties) -> tuple[str, ...]:
        return ("input",)

    def hears_ends(self, properties: EndedProperties) -> tuple[str, ...]:
        return properties.on

    def outputs(self, properties: EndedProperties) -> Outputs:
        return {
            "status": Output("text", "`completed`, `failed` or `cancelled`"),
            "execution": Output("text", "the id of the execution"),
            "workflow": Output("text", "the id of the workflow"),
            "session": Output("text", "the id of its session"),
            "channel": Output("text", "the channel of its person; `run` without one"),
            "externalId": Output("text", "the person's address or id on the channel; null in a run"),
            "trigger": Output("text", "what began it, `message` for a person's message"),
            "startedAt": Output("text", "when it began"),
            "endedAt": Output("text", "when it ended"),
            "error": Output("object", "why it failed, `{node, code, message}`; else null"),
            "output": Output("any", "what a run has given, up to 30,000 characters of JSON; else null"),
        }

    def has_person(self, mode: ExecutionMode) -> bool:
        return False

    def starts(self, properties: EndedProperties, inbound: Inbound) -> bool:
        told = inbound.parameters
        return inbound.kind == "trigger" and told.get("trigger") == ENDED and told["input"]["status"] in properties.on

    def visit(self, properties: EndedProperties, scene: Scene) -> Visit:
        return Leave("next", scene.set("input", scene.inbound.parameters["input"]))
