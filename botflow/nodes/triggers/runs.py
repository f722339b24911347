"""Triggers of runs: by hand or by API, an event, a schedule, a webhook. Each stores its input in the variable `input`.

Here are the nodes only. The runtime listens to events, keeps the schedules and checks signatures.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import Field, JsonValue, model_validator
from pydantic.alias_generators import to_camel

from botflow.engine.inbound import Inbound
from botflow.engine.node_type import Leave, NodeFailure, NodeType, Visit
from botflow.engine.scene import Scene
from botflow.flow.fields import NAME, Condition, Duration, Marker, Properties, WrongProperty
from botflow.flow.graph import ExecutionMode
from botflow.flow.node_spec import Output, Outputs
from botflow.flow.policy import TimeZone
from botflow.flow.templates.language_filters import SETTINGS, RenderSettings
from botflow.flow.templates.template import INPUT, Templates
from botflow.flow.widgets import Widget
from botflow.nodes.triggers.cron import Cron
from botflow.nodes.triggers.input_schema import InputSchema, misfits

SecretName = Annotated[
    str,
    Field(min_length=1, max_length=64),
    Widget("combobox", source="credentials:webhook", placeholder="env:SHOP_SECRET"),
]
KEY_EXPRESSION = re.compile(r"\{\{((?:(?!\}\}).)*)\}\}", re.DOTALL)  # what a webhook's key reads
KeyTemplate = Annotated[
    str,
    Field(min_length=1, max_length=500),
    Marker("template", reads=("input", "request")),
    Widget(placeholder="{{ $input.id }}"),
]
HeaderName = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9-]+$"), Widget("text")]


_HMAC, _TIMED = {"scheme": "hmac"}, {"scheme": ("stripe", "slack", "svix")}


class RunProperties(Properties):
    """What the input must be."""

    input_schema: Annotated[InputSchema, Widget("schema-builder", label="Fields of the input")] = Field(
        default_factory=dict, alias="schema"
    )
    """The input, by name; no other name is accepted. Without a schema the input may be anything."""


class ManualProperties(RunProperties):
    """Only a schema."""


class EventProperties(RunProperties):
    """Which events start a run."""

    event: Annotated[str, Field(min_length=1, max_length=128), NAME, Widget("text", placeholder="order.paid")]
    """The name of the event."""
    when: Annotated[Condition, Widget(placeholder="$input.amount > 100")] | None = None
    """A condition over the event's payload, which it reads as `$input`: `$input.amount > 100`. Times in it are UTC."""


class ScheduleProperties(RunProperties):
    """When a run starts."""

    cron: Annotated[Cron, Widget("text", label="Schedule", placeholder="30 8 * * 1-5")]
    """`minute hour day month weekday`, such as `30 8 * * 1-5`, or six fields with the second first. The day may be `L`
    or `LW`, the last day or weekday of the month; the weekday may be `5L`, the last Friday, or `1#2`, the second
    Monday."""
    time_zone: Annotated[TimeZone, Widget("combobox", source="time_zones", placeholder="Europe/Berlin")] | None = None
    """The time zone of the schedule, such as `Europe/Berlin`. Without it: the workflow's."""
    missed: Annotated[
        Literal["skip", "once", "all"],
        Widget(
            label="Missed moments",
            options={"skip": "Skip them", "once": "Start once for all", "all": "Start for each"},
        ),
    ] = "skip"
    """What happens to moments that passed while no process ran, however long: `skip` them, start `once` for all of
    them, or start for `all` of the last hundred."""
    input: JsonValue = None
    """The input of each run."""


class Signature(Properties):
    """How a service signs its requests: by the scheme of a known one, or with an HMAC of the body in a header."""

    scheme: Annotated[
        Literal["hmac", "stripe", "slack", "svix", "github", "shopify"],
        Widget(options={"hmac": "HMAC of the body", "svix": "Standard Webhooks", "github": "GitHub"}),
    ] = "hmac"
    """`stripe`, `slack`, `github`, `shopify`, or `svix` (Standard Webhooks), whose headers are known. `hmac` is
    described by the keys below."""
    tolerance: Annotated[Duration, Field(le=86_400), Widget(show_when=_TIMED)] = 300.0
    """How old a signature may be, and how far ahead of this server's clock, at most a day. For `stripe`, `slack` and
    `svix`, which sign the time."""
    replay_window: Annotated[Duration, Field(le=30 * 86_400), Widget(show_when=_HMAC)] = 86_400.0
    """For `hmac`: for how long, at least, the same signed body is the same delivery, which starts nothing again; at
    most 30 days. The named schemes know a delivery for ever."""
    header: Annotated[HeaderName, Widget(show_when=_HMAC)] = "X-Signature"
    """The header that holds the signature, or several, separated by blanks or commas."""
    algorithm: Annotated[
        Literal["sha256", "sha1", "sha512"],
        Widget(show_when=_HMAC, options={"sha256": "SHA-256", "sha1": "SHA-1", "sha512": "SHA-512"}),
    ] = "sha256"
    """The hash."""
    encoding: Annotated[Literal["hex", "base64"], Widget(show_when=_HMAC)] = "hex"
    """How the signature is written."""
    prefix: Annotated[str, Widget("text", placeholder="sha256=", show_when=_HMAC)] = ""
    """What precedes each signature in the header, such as `sha256=`."""

    @model_validator(mode="after")
    def _fits_the_scheme(self) -> Signature:
        for name in sorted(self.model_fields_set - {"scheme"}):
            if self.scheme not in _USED_BY.get(name, ("hmac",)):
                written = to_camel(name)
                raise WrongProperty(f"the scheme {self.scheme} does not use {written}; leave it out", written)
        return self


_USED_BY: Mapping[str, tuple[str, ...]] = MappingProxyType({"tolerance": ("stripe", "slack", "svix")})


class WebhookProperties(RunProperties):
    """How a caller proves who it is."""

    secret: SecretName
    """A credential with a field `secret`, or an environment variable as `env:NAME`. The request sends it as
    `X-Webhook-Secret`, which alone decides where it is there, or as a bearer token."""
    former_secrets: Annotated[tuple[SecretName, ...], Field(max_length=4)] = ()
    """Secrets that are still accepted, named like `secret`, while the caller changes to the new one."""
    signature: Signature | None = None
    """How the caller signs its requests. With it, the secret is the key and is not sent. The same signed request again
    is the same delivery."""
    key: KeyTemplate | None = None
    """What makes a request the same delivery, which starts nothing again, whatever else is in it:
    `{{ $input.id }}` of the body, `{{ $request.headers["x-delivery"] }}` or `{{ $request.query.id }}`. A request whose
    key is missing, empty, or neither a text nor a number is refused. Without it: the signature, or else a header in
    which the service names the delivery."""

    @model_validator(mode="after")
    def _key_reads_the_request(self) -> WebhookProperties:
        if self.key is not None and ("{%" in self.key or not KEY_EXPRESSION.search(self.key)):
            raise WrongProperty("a key reads the request by {{ ... }}, and has no {% ... %}", "key")
        return self


class RunTrigger(NodeType):
    """Starts a run with an input, and leaves by `next`; the run fails when the input does not fit the schema."""

    category = "trigger"
    properties: type[RunProperties] = RunProperties
    takes: tuple[str, ...] = ()

    def sets(self, properties: Any) -> tuple[str, ...]:
        return ("input",)

    def outputs(self, properties: Any) -> Outputs | None:
        found = {name: Output(field.type, field.description) for name, field in properties.input_schema.items()}
        return found or None

    def input_names(self, properties: Any) -> Mapping[str, bool] | None:
        return {name: field.required for name, field in properties.input_schema.items()} or None

    def has_person(self, mode: ExecutionMode) -> bool:
        return False

    def starts(self, properties: Any, inbound: Inbound) -> bool:
        return inbound.kind == "trigger" and inbound.parameters.get("trigger") in self.takes

    def visit(self, properties: Any, scene: Scene) -> Visit:
        given = scene.set("input", scene.inbound.parameters.get("input"))
        if wrong := misfits(properties.input_schema, given):
            raise NodeFailure(f"the input does not fit: {'; '.join(wrong[:5])}", code="input.invalid")
        return Leave("next", given if isinstance(given, dict) else {"value": given})


class ManualTrigger(RunTrigger):
    """Starts a run by hand: from your application, by the API, or by another workflow's `logic.run`.

    {id: start, type: trigger, actionType: manual,
     properties: {schema: {order: {type: integer}, note: {required: false}}}}

    The input is the variable `input`, and `$input` in templates.
    """

    name = "trigger.manual"
    title = "Started by hand"
    section = "Triggers of runs"
    icon = "play"
    properties = ManualProperties
    takes = ("manual", "api", "child")

    def has_person(self, mode: ExecutionMode) -> bool:
        return mode == "persistent"


class EventTrigger(RunTrigger):
    """Starts a run with every event of a name, if a condition holds.

    {id: paid, type: trigger, actionType: event, properties: {event: order.paid, when: "$input.amount > 100"}}

    The event's payload is the input.
    """

    name = "trigger.event"
    title = "Event"
    section = "Triggers of runs"
    icon = "zap"
    properties = EventProperties
    takes = ("event",)

    def __init__(self) -> None:
        self._templates = Templates()

    def starts(self, properties: EventProperties, inbound: Inbound) -> bool:
        if not super().starts(properties, inbound) or inbound.parameters.get("name") != properties.event:
            return False
        payload = inbound.parameters.get("input")
        settings = RenderSettings(inbound.received_at, lambda: ZoneInfo("UTC"))
        return properties.when is None or bool(
            self._templates.evaluate(properties.when, {INPUT: payload, SETTINGS: settings})
        )


class ScheduleTrigger(RunTrigger):
    """Starts a run at the moments of a schedule, once per moment however many processes run.

    {id: morning, type: trigger, actionType: schedule, properties: {cron: "30 8 * * 1-5", timeZone: Europe/Berlin}}

    Where the clocks change, each time comes once: a time that they skip in spring starts right after the gap, a time
    that comes twice in autumn starts the first time. An expression with all hours (`*`) follows elapsed time instead.
    """

    name = "trigger.schedule"
    title = "Schedule"
    section = "Triggers of runs"
    icon = "calendar-clock"
    properties = ScheduleProperties
    takes = ("schedule",)


class WebhookTrigger(RunTrigger):
    """Starts a run with a request to `POST /hooks/{workflow}`, or `POST /hooks/{workflow}/{node}`.

    {id: hook, type: trigger, actionType: webhook, properties: {secret: "env:SHOP_SECRET"}}

    The body, JSON or a form, is the input. A file in a form is `{name, contentType, size, base64}`.
    """

    name = "trigger.webhook"
    title = "Webhook"
    section = "Triggers of runs"
    icon = "webhook"
    properties = WebhookProperties
    takes = ("webhook",)
