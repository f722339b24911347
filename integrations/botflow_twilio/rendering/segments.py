"""How many segments a text costs: GSM 03.38 where it has every character, else UCS-2.

https://www.twilio.com/docs/glossary/what-is-gsm-7-character-encoding. A single message holds 160 or 70 units, a part of
a longer one 153 or 67, because six bytes of each hold the order of the parts. A character of two units is never split.
"""

from __future__ import annotations

import re

# The escape to the extension table is not a character of a text.
BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENSION = "\f^{}\\[~]|€"  # each is an escape and a character
GSM_SINGLE, GSM_PART = 160, 153
UCS2_SINGLE, UCS2_PART = 70, 67

_GSM = re.compile(f"[{re.escape(BASIC + EXTENSION)}]*")
_GSM_DOUBLE = re.compile(f"[{re.escape(EXTENSION)}]")
_UCS2_DOUBLE = re.compile("[\U00010000-\U0010ffff]")


def segments(text: str) -> int:
    """Return how many segments `text` is sent in; 0 for an empty text."""
    if not text:
        return 0
    if _GSM.fullmatch(text):
        return _count(text, _GSM_DOUBLE, GSM_SINGLE, GSM_PART)
    return _count(text, _UCS2_DOUBLE, UCS2_SINGLE, UCS2_PART)


def _count(text: str, double: re.Pattern[str], single: int, part: int) -> int:
    doubles = [found.start() for found in double.finditer(text)]
    length = len(text) + len(doubles)
    if length <= single:
        return 1
    if not doubles:
        return -(-length // part)
    return _pack(text, frozenset(doubles), part)


def _pack(text: str, doubles: frozenset[int], part: int) -> int:
    """Count as a phone packs: a character of two units goes to the next part whole."""
    count, used = 1, 0
    for place in range(len(text)):
        size = 2 if place in doubles else 1
        if used + size > part:
            count, used = count + 1, 0
        used += size
    return count
