"""How fast each kind of sender may send: what carriers and WhatsApp take, in segments a second.

https://help.twilio.com/articles/115002943027. Faster sends wait in Twilio's queue, which can be full, and which gives
up what has waited too long; here they wait in the outbox, where STOP still reaches them.
"""

from __future__ import annotations

from collections.abc import Mapping

LONG_CODE = 1.0
SHORT_CODE = 100.0
ALPHANUMERIC = 10.0
WHATSAPP = 80.0
LONGEST_SHORT_CODE = 8


def per_second(channel: str, sender: str, agreed: Mapping[str, float]) -> float:
    """Return the rate of `sender` on `channel`; `agreed` has those that Twilio lets send faster or slower."""
    if sender in agreed:
        return agreed[sender]
    if channel == "whatsapp":
        return WHATSAPP
    if sender.startswith("+"):
        return LONG_CODE
    if sender.isdecimal() and len(sender) <= LONGEST_SHORT_CODE:
        return SHORT_CODE
    return ALPHANUMERIC
