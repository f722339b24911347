"""logic.start: begin a conversation with another person, through the same gate of consent as every message."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, JsonValue

from botflow.engine.effects import StartConversation
from botflow.engine.node_type import Leave, NodeFailure, NodeType, Park, Visit
from botflow.engine.scene import Scene
from botflow.flow.fields import Properties
from botflow.flow.node_spec import Output, Outputs, StartedWorkflow
from botflow.flow.templates.template import is_template
from botflow.flow.widgets import Widget
from botflow.nodes.logic.child_results import ended, failed

LONGEST_KEY = 100  # characters: the workflow's id and a prefix are put before it
_BUSY = "session.busy"


class StartProperties(Properties):
    """Who is written to, by which workflow, and with what."""

    to: Annotated[str, Field(min_length=1, max_length=1_000), Widget(placeholder="{{ friend }}")]
    """The person's address on the channel, such as `+15551234567`; in the chat, their external id. May be a
    template."""
    channel: Annotated[str, Field(min_length=1, max_length=64), Widget("combobox", source="channels")]
    """The channel: `chat`, or one that a provider carries, such as `sms`. May be a template."""
    workflow: Annotated[str, Field(max_length=1_000), Widget("combobox", source="workflows")] = ""
    """The id of the workflow, or a template that gives one. Without it: this workflow. It begins at its
    `trigger.manual`."""
    input: dict[str, JsonValue] = Field(default_factory=dict)
    """The input of that trigger. May hold templates."""
    sender: str = Field(default="", alias="from")
    """Our own number that the messages come from. Without it: the one that this person wrote to; a run has none."""
    key: Annotated[str, Field(max_length=1_000)] = ""
    """What makes it the same conversation, such as `{{ order }}`: this workflow starts it for the person once. May be a
    template. Without it, each visit of the node starts one."""


class StartConversationNode(NodeType):
    """Starts a conversation with another person, after the turn is stored.

    {id: invite, type: logic, actionType: start,
     properties: {to: "{{ friend }}", channel: sms, workflow: invitation, input: {host: "{{ name }}"}}}

    The node leaves by `next` when the conversation begins, with its `session` and `execution` in the output; what it
    says passes the gate: opt-outs, quiet hours, countries and budgets. A person who is in a conversation with that
    workflow is not interrupted: the node leaves by `busy`. It leaves by `error` when the person has opted out
    (`session.opted_out`), or the conversation cannot be started.
    """

    name = "logic.start"
    title = "Start a conversation"
    section = "Control flow"
    icon = "message-square-share"
    capabilities = ("waits", "idempotent")
    properties = StartProperties

    def handles(self, properties: StartProperties) -> tuple[str, ...]:
        return ("next", "busy", "error")

    def sends(self, properties: StartProperties) -> bool:
        return True

    def rests(self, properties: StartProperties) -> bool:
        return True

    def starts_workflow(self, properties: StartProperties) -> StartedWorkflow | None:
        known = not is_template(properties.workflow)
        return StartedWorkflow(properties.workflow.strip(), properties.input, ("workflow",)) if known else None

    def outputs(self, properties: StartProperties) -> Outputs:
        return {
            "to": Output("text", "the address of the other person"),
            "channel": Output("text", "the channel"),
            "session": Output("text", "the conversation that began"),
            "execution": Output("text", "its execution"),
        }

    def visit(self, properties: StartProperties, scene: Scene) -> Visit:
        to, channel = scene.render(properties.to).strip(), scene.render(properties.channel).strip()
        key = scene.render(properties.key).strip()
        if properties.key and not (key.isprintable() and 0 < len(key) <= LONGEST_KEY):
            raise NodeFailure(
                f"the key has 1 to {LONGEST_KEY} characters, none of them a control character", code="start.key"
            )
        scene.follow_up(
            StartConversation(
                group=scene.group,
                to=to,
                channel=channel,
                workflow=scene.render(properties.workflow).strip(),
                sender=scene.render(properties.sender).strip(),
                input={name: scene.render_value(value) for name, value in properties.input.items()},
                key=key,
            )
        )
        scene.notes.update(to=to, channel=channel)
        return Park(("child_done",))

    def resume(self, properties: StartProperties, scene: Scene) -> Visit:
        person = {"to": scene.notes["to"], "channel": scene.notes["channel"]}
        _, result = ended(scene)
        if result["status"] == "completed":
            return Leave("next", {**person, **result["output"]})
        if result["error"]["code"] == _BUSY and scene.connected("busy"):
            return Leave("busy", person)
        raise failed(result["error"], f"run.{result['status']}")
