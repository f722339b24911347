"""The table of Twilio's error codes, for responses to sends and for the delivery of accepted messages.

https://www.twilio.com/docs/api/errors. A refused send was not accepted, so the message was certainly not sent. A
5xx is not a refusal: the message may have been accepted. A failure in a status callback means that it has not arrived.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from botflow.interfaces import Sent
from botflow.records.outbounds import Retry

TOO_MANY_REQUESTS = 429
UNSUBSCRIBED = "21610"
# Credentials or account are wrong, not the message: an operator must correct them. 404 is an unknown account.
MISCONFIGURED_STATUSES = frozenset({401, 403, 404})
UNCERTAIN_STATUSES = frozenset({408})  # and every 5xx


@dataclass(frozen=True, slots=True)
class Rule:
    """What to do about one code.

    `send`: the result of a refused send; with `later` the same message may be accepted later. `again`: how often a
    message that failed after acceptance is sent again. `pause_s` is the pause before either; `slower`: all messages of
    that sender wait so long. `reason` says what is wrong, and what an operator could do about it.
    """

    reason: str
    send: Literal["later", "failed", "suppressed"] = "failed"
    again: int = 0
    pause_s: float = 0.0
    slower: bool = False


RULES: Mapping[str, Rule] = MappingProxyType(
    {
        "20429": Rule("Twilio took no more requests at that moment", send="later", pause_s=2),
        "21211": Rule("there is no such number: correct it"),
        "21408": Rule("the account may not send to this country: allow it under Messaging, Geo permissions"),
        "21610": Rule("this person has unsubscribed from the sender, and must text START first", send="suppressed"),
        "21611": Rule("this sender's queue at Twilio is full", send="later", again=4, pause_s=60, slower=True),
        "21614": Rule("this number cannot receive text messages"),
        "21617": Rule("the text is longer than 1,600 characters"),
        "21635": Rule("this is a landline, which cannot receive text messages"),
        "14107": Rule("more than 30 replies in 30 seconds between two numbers", send="later", again=4, pause_s=30),
        "30001": Rule(
            "the queue was full, and Twilio gave the message up", send="later", again=4, pause_s=60, slower=True
        ),
        "30003": Rule("the phone could not be reached: switched off, or without reception", again=1, pause_s=60),
        "30005": Rule("this number is unknown, or no longer in service"),
        "30006": Rule("this is a landline, or its carrier cannot be reached"),
        "30007": Rule("the carrier filtered the message as unwanted: change its words, or register the sender"),
        "30008": Rule("the carrier gave no reason", again=1, pause_s=30),
        "30022": Rule("the sender's carrier rate is used up", send="later", again=4, pause_s=10, slower=True),
        "63016": Rule(
            "the 24 hours in which WhatsApp takes free text are over: send an approved template with `contentSid`, or"
            " wait until the person writes"
        ),
        "63018": Rule("WhatsApp's rate for this sender is used up", send="later", again=4, pause_s=10, slower=True),
    }
)
UNLISTED = Rule("")


def refused(status: int, code: str, message: str = "") -> Sent:
    """Return the outcome of a send that Twilio answered with HTTP `status` (not 2xx) and its own error `code`."""
    error_code = code or f"http.{status}"
    rule = RULES.get(code, UNLISTED)
    reason = rule.reason or message
    if status == TOO_MANY_REQUESTS or rule.send == "later":
        retry = Retry(after_s=rule.pause_s, slower=rule.slower)
        return Sent(state="failed", error_code=error_code, reason=reason, retry=retry)
    if status >= 500 or status in UNCERTAIN_STATUSES:
        return Sent(state="unknown", error_code=error_code, reason=reason)
    if rule.send == "suppressed":
        return Sent(state="suppressed", error_code=code, reason=reason)
    if status in MISCONFIGURED_STATUSES:
        return Sent(state="held", error_code=error_code, reason=reason or "put the account right, then release it")
    return Sent(state="failed", error_code=error_code, reason=reason)


def failed_on_its_way(code: str) -> tuple[str, Retry | None]:
    """Return the reason of a delivery failure, and whether the message is sent again."""
    rule = RULES.get(code, UNLISTED)
    retry = Retry(after_s=rule.pause_s, slower=rule.slower, times=rule.again) if rule.again else None
    return rule.reason, retry
