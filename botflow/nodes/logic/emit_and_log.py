"""logic.emit and logic.log: report an event to other workflows, and a line to the execution's log."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, JsonValue

from botflow.engine.effects import EmitEvent
from botflow.engine.events import EventEmitted, LogWritten
from botflow.engine.node_type import Leave, NodeFailure, NodeType, Visit
from botflow.engine.scene import Scene
from botflow.flow.fields import Properties
from botflow.flow.node_spec import Output, Outputs

LONGEST_NAME = 128
LONGEST_LINE = 2_000  # characters of one line in the log


class EmitProperties(Properties):
    """The event."""

    event: Annotated[str, Field(min_length=1, max_length=1_000)]
    """The name of the event. May be a template."""
    payload: JsonValue = None
    """The payload, which is the input of the runs that it starts. May hold templates."""


class Emit(NodeType):
    """Starts every workflow that has a `trigger.event` for an event, after the turn is stored.

    {id: tell, type: logic, actionType: emit, properties: {event: order.paid, payload: {order: "{{ order }}"}}}
    """

    name = "logic.emit"
    title = "Emit an event"
    section = "Control flow"
    icon = "radio"
    properties = EmitProperties

    def outputs(self, properties: EmitProperties) -> Outputs:
        return {
            "event": Output("text", "the name of the event"),
            "payload": Output("any", "the payload, as it was rendered"),
        }

    def visit(self, properties: EmitProperties, scene: Scene) -> Visit:
        event = scene.render(properties.event).strip()
        if not event or len(event) > LONGEST_NAME or not event.isprintable():
            raise NodeFailure(
                f"an event's name has 1 to {LONGEST_NAME} characters, none of them a control character",
                code="emit.name",
            )
        payload = scene.render_value(properties.payload)
        scene.follow_up(EmitEvent(name=event, payload=payload))
        scene.record(EventEmitted(scene.node.id, event))
        return Leave("next", {"event": event, "payload": payload})


class LogProperties(Properties):
    """The line."""

    message: Annotated[str, Field(min_length=1)]
    """The line. May be a template."""
    level: Literal["debug", "info", "warning", "error"] = "info"
    """The level."""


class Log(NodeType):
    """Writes a line into the log of the execution.

    {id: note, type: logic, actionType: log, properties: {message: "Pack order {{ order }}.", level: info}}
    """

    name = "logic.log"
    title = "Log a line"
    section = "Control flow"
    icon = "scroll-text"
    properties = LogProperties

    def outputs(self, properties: LogProperties) -> Outputs:
        return {"message": Output("text", "the line")}

    def visit(self, properties: LogProperties, scene: Scene) -> Visit:
        message = scene.render(properties.message)[:LONGEST_LINE]
        scene.record(LogWritten(scene.node.id, properties.level, message))
        return Leave("next", {"message": message})
