"""The rate of each kind of sender: what carriers and WhatsApp accept, in segments a second.

https://help.twilio.com/articles/115002943027. Faster sends wait in Twilio's queue, which can be full and drops
messages that wait too long; in botflow's outbox a STOP still cancels them.
"""

from __future__ import annotations

from collections.abc import Mapping

LONG_CODE = 1.0
SHORT_CODE = 100.0
ALPHANUMERIC = 10.0
WHATSAPP = 80.0
LONGEST_SHORT_CODE = 8


def per_second(channel: str, sender: str, agreed: Mapping[str, float]) -> float:
    """Return the rate of `sender` on `channel`; `agreed` holds the rates of senders with other limits."""
    if sender in agreed:
        return agreed[sender]
    if channel == "whatsapp":
        return WHATSAPP
    if sender.startswith("+"):
        return LONG_CODE
    if sender.isdecimal() and len(sender) <= LONGEST_SHORT_CODE:
        return SHORT_CODE
    return ALPHANUMERIC
