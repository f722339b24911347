"""logic.handoff: the conversation waits for a person, and the bot is silent until that person gives it back."""

from __future__ import annotations

from types import MappingProxyType
from typing import Annotated, Any

from pydantic import Field

from botflow.engine.effects import OpenHandoff, TellOfHandoff
from botflow.engine.events import HandoffRequested, InboundIgnored
from botflow.engine.handoffs import PRIORITIES, Priority
from botflow.engine.inbound import RETURNED
from botflow.engine.json_values import plain_json
from botflow.engine.node_type import KeepWaiting, Leave, NodeFailure, NodeType, Park, Visit
from botflow.engine.scene import Scene
from botflow.engine.session import Handoff as HandoffState
from botflow.flow.fields import Duration, Properties, VariableName
from botflow.flow.node_spec import Capability, Output, Outputs
from botflow.flow.widgets import Widget

LONGEST_QUEUE = 64  # characters
LONGEST_NOTE = 2_000
MOST_NAMES = 50
TELL = "requested"  # the handle at which a branch begins that tells people
Names = Annotated[tuple[VariableName, ...], Field(max_length=MOST_NAMES)]


class HandoffProperties(Properties):
    """Which people the conversation waits for, and what they are told."""

    queue: Annotated[str, Widget("template-input", placeholder="billing"), Field(min_length=1, max_length=1_000)] = (
        "default"
    )
    """The queue in which people find it. May be a template."""
    note: Annotated[str, Widget("template-textarea", rows=3, placeholder="{{ name }} wants a refund.")] = ""
    """What people are told of it. May be a template; what is longer than 2,000 characters is cut."""
    priority: Priority = "normal"
    """How soon a person should take it: those that are more urgent come first in the list."""
    summary: Names = ()
    """The variables whose values people are shown."""
    results: Names = ()
    """The variables that the person may fill in when they give the conversation back."""
    timeout: Duration | None = None
    """How long it waits until a person claims it; then the node leaves by `timeout`. After that there is no hurry."""


class Handoff(NodeType):
    """Hands the conversation off to a person, and waits until that person gives it back; the bot is silent meanwhile.

    {id: agent, type: logic, actionType: handoff,
     properties: {queue: billing, note: "{{ name }} asks for a refund.", summary: [name, order], timeout: 10m}}

    People find it with `GET /api/v1/handoffs` or `botflow handoffs`, claim it, write in it, and return it with a note
    and with values for `results`. Then the node leaves by `returned`. What the contact writes meanwhile is shown to
    people; no node answers it, no interrupt is followed, and no answer is corrected. An opt-out counts at once.

    What follows `requested` tells people that somebody waits, by e-mail or in a team's chat. It is a run of its own,
    once for each handoff, with the variables and with `handoff`: its `id`, `session`, `queue`, `priority`, `note`,
    `summary` and `link`. The conversation does not wait for it, and a failure there is that run's.
    """

    name = "logic.handoff"
    title = "Hand off to a person"
    section = "Control flow"
    handle_labels = MappingProxyType(
        {"returned": "Given back", "timeout": "Not claimed in time", TELL: "Tell people that it waits"}
    )
    icon = "headset"
    capabilities: tuple[Capability, ...] = ("waits",)
    properties = HandoffProperties

    def handles(self, properties: HandoffProperties) -> tuple[str, ...]:
        return ("returned", "timeout", TELL)

    def branches(self, properties: HandoffProperties) -> tuple[str, ...]:
        return (TELL,)

    def waits(self, properties: HandoffProperties) -> bool:
        return True

    def sets(self, properties: HandoffProperties) -> tuple[str, ...]:
        return (*properties.results, "handoff")

    def outputs(self, properties: HandoffProperties) -> Outputs:
        return {
            "person": Output("text", "the name of the person who gave it back"),
            "note": Output("text", "what that person noted"),
            "values": Output("object", "what that person filled in, by variable"),
        }

    def visit(self, properties: HandoffProperties, scene: Scene) -> Visit:
        if scene.is_run:
            raise NodeFailure("a run has no person to talk to", code="run.nobody", hint="hand off in a conversation")
        queue = scene.render(properties.queue).strip()
        if not queue or len(queue) > LONGEST_QUEUE or not queue.isprintable():
            raise NodeFailure(
                f"a queue's name has 1 to {LONGEST_QUEUE} characters, none of them a control character",
                code="handoff.queue",
            )
        summary = {name: scene.variables[name] for name in properties.summary if name in scene.variables}
        request = OpenHandoff(
            version=scene.version,
            node=scene.node.id,
            queue=queue,
            priority=PRIORITIES.index(properties.priority),
            note=scene.render(properties.note).strip()[:LONGEST_NOTE],
            summary=plain_json(summary),
            results=properties.results,
            tell=_tell(scene),
        )
        scene.follow_up(request)
        scene.record(HandoffRequested(request.node, queue, request.priority, request.version))
        scene.handoff = HandoffState(person="", since=0, version=request.version)
        return Park(accepts=("message", RETURNED), for_s=properties.timeout)

    def resume(self, properties: HandoffProperties, scene: Scene) -> Visit:
        if scene.timed_out:
            return Leave("timeout")
        if scene.inbound.kind != RETURNED:  # in a fork, where no person talks to the contact
            scene.record(InboundIgnored("handed_off"))
            return KeepWaiting()
        given: dict[str, Any] = scene.inbound.parameters
        values = {name: value for name, value in given["values"].items() if name in properties.results}
        for name, value in values.items():
            scene.set(name, value)
        return Leave("returned", {"person": given["person"], "note": given["note"], "values": values})


def _tell(scene: Scene) -> TellOfHandoff | None:
    level = scene.level
    target = level.flow.target(level.node, TELL)
    return TellOfHandoff(node=target, flow=level.flow_id, variables=dict(scene.variables)) if target else None
