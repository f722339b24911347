"""trigger.missed_call: a call to one of our numbers starts a conversation in writing with the caller."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from botflow.engine.inbound import Inbound
from botflow.engine.node_type import Leave, NodeType, Visit
from botflow.engine.scene import Scene
from botflow.flow.fields import Properties, WrongProperty
from botflow.flow.node_spec import Output, Outputs
from botflow.flow.templates.template import is_template
from botflow.flow.widgets import Widget

MISSED_CALL = "missed_call"  # a trigger inbound's `trigger`


class MissedCallProperties(Properties):
    """What the caller hears."""

    say: Annotated[str, Field(max_length=500), Widget("text", placeholder="We cannot take calls, so we text you.")] = ""
    """A sentence that is spoken before the call ends; the call is then answered, which the provider charges for.
    Without it the call is refused, and the caller hears the busy tone."""

    @model_validator(mode="after")
    def _is_the_same_for_all(self) -> MissedCallProperties:
        if is_template(self.say):
            raise WrongProperty("a call is answered before the flow begins, so this is no template", "say")
        return self


class MissedCallTrigger(NodeType):
    """Starts a conversation in writing with a person who calls one of our numbers. The call itself is not taken.

    {id: called, type: trigger, actionType: missed_call, properties: {say: "We will text you."}}

    What follows is said by text message, from the number that was called. A caller who hides their number, has opted
    out, or is in a conversation with this workflow starts nothing. The same call starts once.
    """

    name = "trigger.missed_call"
    title = "Missed call"
    section = "Conversation"
    icon = "phone-missed"
    category = "trigger"
    properties = MissedCallProperties

    def outputs(self, properties: MissedCallProperties) -> Outputs:
        return {
            "caller": Output("text", "the number of the person who called"),
            "number": Output("text", "our number that was called"),
            "call": Output("text", "the provider's id of the call"),
        }

    def starts(self, properties: MissedCallProperties, inbound: Inbound) -> bool:
        return inbound.kind == "trigger" and inbound.parameters.get("trigger") == MISSED_CALL

    def visit(self, properties: MissedCallProperties, scene: Scene) -> Visit:
        return Leave("next", scene.inbound.parameters["input"])
