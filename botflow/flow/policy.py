"""A workflow's rules: time, bursts, delivery, consent and money. They are keys at the top of a document.

The graph says what happens next; the rules limit what may happen. Each is read where it is enforced.
"""

from __future__ import annotations

import re
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, Field
from pydantic_core import PydanticCustomError

from botflow.flow.duration import Duration
from botflow.flow.fields import CAMEL_CASE, Pace
from botflow.flow.locale_codes import Country
from botflow.flow.translating.spoken_texts import Spoken

_CLOCK_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")


def _time_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, LookupError):
        raise PydanticCustomError(
            "zone.unknown", "{name} is no time zone; write one as Europe/Berlin", {"name": repr(name[:64])}
        ) from None
    return name


def _clock_time(text: str) -> str:
    if not _CLOCK_TIME.fullmatch(text):
        raise PydanticCustomError("time.invalid", "{text} is no time; write one as 08:30", {"text": repr(text[:16])})
    return text


TimeZone = Annotated[str, AfterValidator(_time_zone)]
ClockTime = Annotated[str, AfterValidator(_clock_time)]


class QuietHours(BaseModel):
    """When no message is sent that the person did not ask for; past midnight if `from` is later than `to`."""

    model_config = CAMEL_CASE

    start: ClockTime = Field(alias="from")
    """The first moment of the night, such as `"21:00"`."""
    end: ClockTime = Field(alias="to")
    """The first moment of the day, such as `"08:00"`."""


class Cap(BaseModel):
    """The most that may be spent."""

    model_config = CAMEL_CASE

    segments: Annotated[int, Field(ge=0)] | None = None
    """Segments of text messages."""
    cost: Annotated[float, Field(ge=0, allow_inf_nan=False)] | None = None
    """US dollars for models."""


class Price(BaseModel):
    """The price of a model, in US dollars for a million tokens."""

    model_config = CAMEL_CASE

    input: Annotated[float, Field(ge=0, allow_inf_nan=False)]
    """For tokens that the model reads."""
    output: Annotated[float, Field(ge=0, allow_inf_nan=False)]
    """For tokens that the model writes."""


class Bound(BaseModel):
    """The most messages that may be sent."""

    model_config = CAMEL_CASE

    messages: Annotated[int, Field(ge=0)]
    """Text messages, each part of a long one counted."""


class Budgets(BaseModel):
    """Limits on what may be spent. A day is a UTC day. The bounds of messages hold without being named, so that no
    visitor can make a flow write to strangers again and again; name one to raise it."""

    model_config = CAMEL_CASE

    session: Cap = Cap()
    """Per session, in its whole life."""
    contact: Cap = Cap()
    """Per contact and day, over all workflows that limit contacts."""
    organization: Cap = Cap()
    """Per organization and day, over all workflows that limit the organization."""
    recipient: Bound = Bound(messages=20)
    """Per day to one recipient who has not written to us within a day, over all workflows."""
    visitor: Bound = Bound(messages=5)
    """Per hour from one anonymous visitor's chat to phone numbers."""
    visitors: Bound = Bound(messages=100)
    """Per hour from the chats of all anonymous visitors of the workflow to phone numbers."""
    prices: dict[str, Price] = Field(default_factory=dict)
    """Prices of models that botflow does not know: `{model: {input, output}}`."""


class Policy(BaseModel):
    """The rules of one workflow."""

    model_config = CAMEL_CASE

    time_zone: TimeZone = "UTC"
    """The time zone, such as `Europe/Berlin`, for contacts whose own is not known."""
    expires: Duration | None = None
    """How long a conversation waits for a message; then it ends."""
    expired_text: Spoken | None = None
    """What to say then. Without it: nothing."""
    corrections: bool = False
    """Whether people may say "back" and "I meant 5"."""
    corrected_text: Spoken | None = None
    """What to say when an answer was changed; may read `$correction.old` and `$correction.new`. `""` says nothing.
    Without it: a sentence in the flow's language."""
    recap: Spoken | None = None
    """What to say after an interrupt, before the question is asked again. Without it: nothing."""
    bursts: Literal["queue", "merge", "supersede"] = "queue"
    """What quick messages of one person become: turns of their own (`queue`), one message (`merge`), or one message
    that cancels an answer not yet sent (`supersede`)."""
    merge_within: Duration = 2.0
    """How long no message must come, before a merged burst is answered."""
    pace: Pace = "instant"
    """With `human` a chat shows that the bot types, for as long as the text would take, before it shows each message. A
    node may have a pace of its own. Text messages leave at once."""
    ordering: Literal["accepted", "sent"] = "accepted"
    """The next part of a reply leaves once the provider has `accepted` the one before, or once it has `sent` it."""
    validity: Duration | None = None
    """How long a message may wait to be sent; then it is given up."""
    quiet_hours: QuietHours | None = None
    """The night on the contact's clock: `{from: "21:00", to: "08:00"}`. No message is sent then that the person did not
    ask for."""
    countries: tuple[Country, ...] = ()
    """The countries to which messages may go, such as `[US, DE]`. Without it: all."""
    opt_outs: Literal["person", "channel"] = "person"
    """Where a STOP or START that this workflow hears holds, in every workflow: on all channels of the `person`, such as
    SMS and WhatsApp of one number, or only on the `channel` by which it came."""
    budgets: Budgets = Budgets()
    """Limits on what may be spent: `{session, contact, organization}`, each `{segments, cost}`; on messages to people
    who did not ask for them: `{recipient, visitor, visitors}`, each `{messages}`; and `prices`."""


class Retry(BaseModel):
    """How a failing node is tried again."""

    model_config = CAMEL_CASE

    attempts: Annotated[int, Field(ge=2, le=10)] = 3
    """How often the node is tried, the first time included."""
    delay: Annotated[Duration, Field(le=60)] = 1.0
    """The pause before the second try."""
    backoff: Annotated[float, Field(ge=1, le=10)] = 2.0
    """By how much each further pause is longer; no pause is longer than a minute."""

    def pause_s(self, failed: int) -> float:
        """Return the pause after this many failures, in seconds."""
        return float(min(self.delay * self.backoff ** (failed - 1), 60.0))
