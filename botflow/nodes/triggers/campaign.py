"""trigger.campaign: a date in a contact starts a conversation with that person, so long before or after it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import time
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, JsonValue, model_validator
from pydantic_core import PydanticCustomError

from botflow.engine.inbound import Inbound
from botflow.engine.node_type import Leave, NodeType, Visit
from botflow.engine.scene import Scene
from botflow.flow.contact_fields import LONGEST_GROUP, ContactField
from botflow.flow.fields import Duration, Properties, WrongProperty
from botflow.flow.node_spec import Advice, Output, Outputs
from botflow.flow.templates.template import is_template
from botflow.flow.widgets import Widget
from botflow.nodes.triggers.campaign_moments import CampaignRule

CAMPAIGN = "campaign"  # a trigger inbound's `trigger`
LONGEST_LATE_S = 3 * 86_400.0
MOST_PER_MINUTE = 6_000
_DAY_S = 86_400.0
_TIME = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")


def _time_of_day(text: str) -> str:
    if not _TIME.fullmatch(text):
        raise PydanticCustomError(
            "campaign.time", "{text} is no time of day; write hour and minute such as 09:00", {"text": repr(text[:20])}
        )
    return text


TimeOfDay = Annotated[
    str, Field(max_length=20, json_schema_extra={"pattern": f"^{_TIME.pattern}$"}), AfterValidator(_time_of_day)
]


class CampaignProperties(Properties):
    """Which date of a contact, how long before or after it, and for whom."""

    field: Annotated[str, Field(min_length=1, max_length=64), Widget("text", placeholder="birthday")]
    """The field of the contact, which `contactFields` declares as `date` or `datetime`."""
    before: Annotated[Duration, Widget(group="When")] | None = None
    """How long before the field's day or moment. Without `before` and `after`: on the day, or at the moment itself."""
    after: Annotated[Duration, Widget(group="When")] | None = None
    """How long after it."""
    at: Annotated[TimeOfDay, Widget("text", placeholder="09:00", group="When")] | None = None
    """The time of day in the person's own time zone, such as `09:00`: the contact's, else that of their number, else
    the workflow's. A field of type `date` needs one, and whole days before or after. Without it, a `datetime` counts
    to the second."""
    repeats: Annotated[
        Literal["never", "yearly"], Widget(group="When", options={"never": "Once", "yearly": "Every year"})
    ] = "never"
    """`yearly` takes the day in every year, such as a birthday's; 29 February is the 28th in other years."""
    late: Annotated[Duration, Field(le=LONGEST_LATE_S), Widget(group="When")] = 8 * 3_600.0
    """How late it may still start, at most three days: after an outage, when a date is set late, or when the person was
    in a conversation. With `at` it starts on that day or not at all; before a moment, never once that has come. What is
    later is missed."""
    group: Annotated[str, Field(max_length=LONGEST_GROUP), Widget("combobox", source="groups")] = ""
    """Only contacts in this group."""
    channel: Annotated[str, Field(max_length=64), Widget("combobox", source="channels")] = ""
    """Only addresses on this channel: `chat`, or one that a provider carries, such as `sms`. Of several addresses the
    one that the person wrote from last is taken."""
    sender: Annotated[str, Field(max_length=256, alias="from"), Widget("text", placeholder="+15550001111")] = ""
    """Our own number that the messages come from. Without it: the one that the person wrote to in this workflow."""
    per_minute: Annotated[int, Field(ge=1, le=MOST_PER_MINUTE)] = 300
    """How many conversations may start in a minute, so that an import of many contacts is not written to at once."""
    input: JsonValue = None
    """The variable `input` of each conversation. Without it: `field`, `value`, `date` and `dueAt`."""

    @model_validator(mode="after")
    def _fits_together(self) -> CampaignProperties:
        if self.before is not None and self.after is not None:
            raise WrongProperty("it is either before or after the date", "after")
        for name, written in (("field", self.field), ("group", self.group), ("channel", self.channel)):
            if is_template(written):
                raise WrongProperty("this is read before the conversation begins, so it is no template", name)
        if is_template(self.sender):
            raise WrongProperty("this is read before the conversation begins, so it is no template", "from")
        if self.at is not None and self.offset_s % _DAY_S:
            raise WrongProperty(
                "with a time of day this is whole days, such as 3d", "before" if self.before is not None else "after"
            )
        return self

    @property
    def offset_s(self) -> float:
        """From the field's day or moment; negative before it."""
        return (self.after or 0.0) - (self.before or 0.0)

    def rule(self, type: Literal["date", "datetime"]) -> CampaignRule:
        """Return when a conversation is due, for a field of this type."""
        return CampaignRule(
            field=self.field,
            type=type,
            offset_s=self.offset_s,
            at=time.fromisoformat(self.at) if self.at is not None else None,
            yearly=self.repeats == "yearly",
        )


class CampaignTrigger(NodeType):
    """Starts a conversation with each contact, so long before or after a date that is stored of them.

    {id: birthday, type: trigger, actionType: campaign,
     properties: {field: birthday, at: "09:00", repeats: yearly, group: customers}}

    Each person gets each date once, however many processes run and whatever is changed back. A person who is in a
    conversation with this workflow is not interrupted: it starts when that has ended, if that is within `late`. People
    who have opted out get nothing; what is said passes the gate: quiet hours, countries and budgets.
    """

    name = "trigger.campaign"
    title = "Date of a contact"
    section = "Conversation"
    icon = "calendar-heart"
    category = "trigger"
    needs_person = True
    properties = CampaignProperties

    def sets(self, properties: CampaignProperties) -> tuple[str, ...]:
        return ("input",)

    def outputs(self, properties: CampaignProperties) -> Outputs:
        return {
            "field": Output("text", "the contact's field"),
            "value": Output("text", "what is stored in it"),
            "date": Output("date", "the day that it means, in this year if it repeats"),
            "dueAt": Output("datetime", "when the conversation was due"),
        }

    def misfits(self, properties: CampaignProperties, fields: Mapping[str, ContactField]) -> Iterator[Advice]:
        declared = fields.get(properties.field)
        if declared is None:
            yield Advice(
                ("field",),
                f"the field {properties.field!r} of a contact is not declared here",
                f"contactFields: {{{properties.field}: {{type: date}}}}",
                code="campaign.undeclared",
            )
        elif declared.type not in ("date", "datetime"):
            yield Advice(
                ("field",),
                f"the contact's field {properties.field!r} is a {declared.type}, and not a date or a datetime",
                "take a field of type date or datetime",
                code="campaign.field_type",
            )
        elif declared.type == "date" and properties.at is None:
            yield Advice(
                ("field",), "a date needs a time of day", 'give the node an `at`, such as "09:00"', code="campaign.at"
            )

    def starts(self, properties: CampaignProperties, inbound: Inbound) -> bool:
        return inbound.kind == "trigger" and inbound.parameters.get("trigger") == CAMPAIGN

    def visit(self, properties: CampaignProperties, scene: Scene) -> Visit:
        scene.set("input", scene.inbound.parameters.get("input"))
        return Leave("next", scene.inbound.parameters["occasion"])
