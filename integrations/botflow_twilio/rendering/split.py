"""Cutting a long text into whole parts: at a paragraph, a sentence, a line or a word, never inside a character.

The number of parts is minimal, and they have about the same length: never three full parts and a single word.

Lengths are UTF-16 code units, because that is what Twilio's limit of 1,600 counts for anything beyond GSM-7.
"""

from __future__ import annotations

import re
import unicodedata

LIMIT = 1600
NEAR = 40  # units; parts that differ by less are not balanced further

BREAKS = (
    re.compile(r"\n\s*\n"),
    re.compile(r"(?<=[^\d\s][.!?…])[\"'”’»)]?\s|(?<=[。！？])"),  # "2. Salad" is not two sentences
    re.compile(r"\n"),
    re.compile(r"\s"),
)
JOINER = "\u200d"


def units(text: str) -> int:
    """Return the length of `text` in UTF-16 code units."""
    return len(text) + sum(character > "\uffff" for character in text)


def split(text: str, limit: int = LIMIT) -> list[str]:
    """Return `text` in parts of at most `limit` units; only white space at a cut is lost. Never an empty list."""
    parts = _greedy(text, limit)
    shortest = -(-units(text) // len(parts))
    while len(parts) > 1 and limit - shortest > NEAR:
        middle = (shortest + limit) // 2
        shorter = _greedy(text, middle)
        if len(shorter) <= len(parts):
            parts, limit = shorter, middle
        else:
            shortest = middle + 1
    return parts


def _greedy(text: str, limit: int) -> list[str]:
    """Return `text` in parts of the maximal length."""
    parts = []
    rest = text
    while units(rest) > limit:
        at = _cut(rest, limit)
        head, rest = rest[:at].rstrip(), rest[at:].lstrip()
        if head:
            parts.append(head)
    if rest or not parts:
        parts.append(rest)
    return parts


def _cut(text: str, limit: int) -> int:
    """Return where to cut: the last good break in the second half of what fits, else the last whole character."""
    fits = _fitting(text, limit)
    window = text[: fits + 1]  # a blank right after the window is a break too
    for pattern in BREAKS:
        places = [found.start() for found in pattern.finditer(window) if not _is_inside(text, found.end())]
        if places and places[-1] > fits // 2:
            return min(places[-1], fits)
    at = fits
    while at > fits // 2 and _is_inside(text, at):
        at -= 1
    return at if at > fits // 2 else fits  # a single very long character: it has to be cut


def _fitting(text: str, limit: int) -> int:
    """Return how many of the first characters of `text` fit into `limit` units; at least one."""
    used = 0
    for index, character in enumerate(text):
        used += 2 if character > "\uffff" else 1
        if used > limit:
            return max(index, 1)
    return len(text)


def _is_inside(text: str, at: int) -> bool:
    """Say whether a cut before text[at] would split one visible character (UAX 29, its main rules)."""
    if not 0 < at < len(text):
        return False
    before, after = text[at - 1], text[at]
    if before == "\r" and after == "\n":
        return True
    if before == JOINER or after == JOINER:
        return True
    if unicodedata.category(after) in ("Mn", "Mc", "Me") or "\U0001f3fb" <= after <= "\U0001f3ff":
        return True
    if "\U000e0020" <= after <= "\U000e007f":  # the letters of a flag such as Scotland's
        return True
    if _is_regional(before) and _is_regional(after):
        run = at
        while run > 0 and _is_regional(text[run - 1]):
            run -= 1
        return (at - run) % 2 == 1  # flags are pairs
    return "\u1100" <= before <= "\u11ff" and "\u1160" <= after <= "\u11ff"  # Hangul in single letters


def _is_regional(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"
