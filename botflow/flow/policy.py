"""A workflow's rules beside its graph: time, bursts, delivery, consent and money. They stand at the top of a document.

The graph says what happens next; these say what may happen at all. Each is read where it is enforced.
"""

from __future__ import annotations

import re
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, Field
from pydantic_core import PydanticCustomError

from botflow.flow.duration import Duration
from botflow.flow.fields import CAMEL_CASE

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
Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]


class QuietHours(BaseModel):
    """When nothing is sent unasked, by the contact's clock; past midnight when `from` is the later of the two."""

    model_config = CAMEL_CASE

    start: ClockTime = Field(alias="from")
    end: ClockTime = Field(alias="to")


class Cap(BaseModel):
    """The most that may be spent: segments of text messages, US dollars for models."""

    model_config = CAMEL_CASE

    segments: Annotated[int, Field(ge=0)] | None = None
    cost: Annotated[float, Field(ge=0, allow_inf_nan=False)] | None = None


class Price(BaseModel):
    """What a model costs: US dollars for a million tokens."""

    model_config = CAMEL_CASE

    input: Annotated[float, Field(ge=0, allow_inf_nan=False)]
    output: Annotated[float, Field(ge=0, allow_inf_nan=False)]


class Budgets(BaseModel):
    """Caps per session (its whole life), per contact and per organization (a UTC day), and prices of other models."""

    model_config = CAMEL_CASE

    session: Cap = Cap()
    contact: Cap = Cap()
    organization: Cap = Cap()
    prices: dict[str, Price] = Field(default_factory=dict)


class Policy(BaseModel):
    """The rules of one workflow.

    `timeZone` is the workflow's own, for contacts whose zone is not known. A conversation that waits for a message ends
    after `expires`, with `expiredText` if there is one. `corrections` lets people say "back" and "I meant 5".
    `recap` is said when a digression is over, before the interrupted question is asked again.
    `bursts`: what quick messages become: turns of their own (queue), one inbound (merge, once nothing came for
    `mergeWithin`), or one that cancels the answer not yet sent (supersede).
    `ordering`: the next part leaves once the former is accepted by the provider, or only once it is sent.
    A message that could not be sent within `validity` is given up.
    """

    model_config = CAMEL_CASE

    time_zone: TimeZone = "UTC"
    expires: Duration | None = None
    expired_text: str | None = None
    corrections: bool = False
    recap: str | None = None
    bursts: Literal["queue", "merge", "supersede"] = "queue"
    merge_within: Duration = 2.0
    ordering: Literal["accepted", "sent"] = "accepted"
    validity: Duration | None = None
    quiet_hours: QuietHours | None = None
    countries: tuple[Country, ...] = ()
    budgets: Budgets = Budgets()


class Retry(BaseModel):
    """How often a failing node is tried, this first time included, and how long to pause before each further try:
    `delay`, then `backoff` times as long, at most a minute."""

    model_config = CAMEL_CASE

    attempts: Annotated[int, Field(ge=2, le=10)] = 3
    delay: Annotated[Duration, Field(le=60)] = 1.0
    backoff: Annotated[float, Field(ge=1, le=10)] = 2.0

    def pause_s(self, failed: int) -> float:
        """Return the pause after this many failures, in seconds."""
        return float(min(self.delay * self.backoff ** (failed - 1), 60.0))
