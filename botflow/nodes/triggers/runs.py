"""Triggers of runs: by hand or by API, an event, a schedule, a webhook. Each puts what it was given into `input`.

Here is what a graph says of them. Who listens, keeps time and checks signatures is the runtime's business.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, JsonValue

from botflow.engine.inbound import Inbound
from botflow.engine.node_type import Leave, NodeFailure, Visit
from botflow.engine.scene import Scene
from botflow.flow.fields import Condition, Properties
from botflow.flow.graph import Category
from botflow.flow.policy import TimeZone
from botflow.flow.templates.template import INPUT, Templates
from botflow.nodes.triggers.cron import Cron
from botflow.nodes.triggers.input_schema import InputSchema, misfits

HeaderName = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9-]+$")]


class RunProperties(Properties):
    """`schema` says what the input must be; without one it may be anything."""

    input_schema: InputSchema = Field(default_factory=dict, alias="schema")


class ManualProperties(RunProperties):
    """Only a schema."""


class EventProperties(RunProperties):
    """`when` is a condition over the event's payload, read as `$input`: `$input.amount > 100`."""

    event: Annotated[str, Field(min_length=1, max_length=128)]
    when: Condition | None = None


class ScheduleProperties(RunProperties):
    """`cron` counts on the clock of `timeZone`, else of the workflow's. `missed`: what becomes of moments at which
    nothing was running: left out (skip), one run for all of them (once), or one for each (all)."""

    cron: Cron
    time_zone: TimeZone | None = None
    missed: Literal["skip", "once", "all"] = "skip"
    input: JsonValue = None


class Signature(Properties):
    """How the sender signs: the HMAC of the body under the secret, in a header, after `prefix`."""

    header: HeaderName = "X-Signature"
    algorithm: Literal["sha256", "sha1", "sha512"] = "sha256"
    encoding: Literal["hex", "base64"] = "hex"
    prefix: str = ""


class WebhookProperties(RunProperties):
    """Who calls proves that they may: `secret` names the credential whose field `secret` stands in the request's
    `X-Webhook-Secret`, or, with `signature`, signs its body."""

    secret: Annotated[str, Field(min_length=1, max_length=64)]
    signature: Signature | None = None


class RunTrigger:
    """Starts a run with an input, and leaves by `next`; the run fails when the input does not fit the schema."""

    category: Category = "trigger"
    properties: type[RunProperties] = RunProperties
    takes: tuple[str, ...] = ()

    def handles(self, properties: Any) -> tuple[str, ...]:
        return ("next",)

    def waits(self, properties: Any) -> bool:
        return False

    def sets(self, properties: Any) -> tuple[str, ...]:
        return ("input",)

    def starts(self, properties: Any, inbound: Inbound) -> bool:
        return inbound.kind == "trigger" and inbound.parameters.get("trigger") in self.takes

    def visit(self, properties: Any, scene: Scene) -> Visit:
        given = scene.set("input", scene.inbound.parameters.get("input"))
        if wrong := misfits(properties.input_schema, given):
            raise NodeFailure(f"the input does not fit: {'; '.join(wrong[:5])}", code="input.invalid")
        return Leave("next", given if isinstance(given, dict) else {"value": given})


class ManualTrigger(RunTrigger):
    """Takes what people and programs start: by a button, by the API, by another workflow's logic.run."""

    name = "trigger.manual"
    properties = ManualProperties
    takes = ("manual", "api", "child")


class EventTrigger(RunTrigger):
    """Takes an event by its name, if its condition holds."""

    name = "trigger.event"
    properties = EventProperties
    takes = ("event",)

    def __init__(self) -> None:
        self._templates = Templates()

    def starts(self, properties: EventProperties, inbound: Inbound) -> bool:
        if not super().starts(properties, inbound) or inbound.parameters.get("name") != properties.event:
            return False
        payload = inbound.parameters.get("input")
        return properties.when is None or bool(self._templates.evaluate(properties.when, {INPUT: payload}))


class ScheduleTrigger(RunTrigger):
    """Takes the moments of its schedule."""

    name = "trigger.schedule"
    properties = ScheduleProperties
    takes = ("schedule",)


class WebhookTrigger(RunTrigger):
    """Takes requests to its address."""

    name = "trigger.webhook"
    properties = WebhookProperties
    takes = ("webhook",)
