"""Warns of keywords of two interrupts that people cannot tell apart, or only by accents."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from botflow.flow.placed import PlacedInterrupt
from botflow.flow.problems import Report


def check_keywords(interrupts: Sequence[PlacedInterrupt], report: Report) -> None:
    """Compare the words of each interrupt with those of the interrupts before it."""
    seen: dict[str, tuple[str, str]] = {}  # interrupt and word, by what is compared
    for position, interrupt in enumerate(interrupts):
        for place, word in enumerate(interrupt.match):
            said, plain = _said(word), _without_accents(word)
            path = ("interrupts", position, "match", place)
            first, other = seen.get(said, ("", ""))
            if first not in ("", interrupt.id):
                report.warning(
                    "interrupt.same_word",
                    f"{word!r} leads to the interrupt {first!r}, which has the word {other!r}",
                    path,
                    hint="give it another word",
                )
                continue
            first, other = seen.get(plain, ("", ""))
            if first not in ("", interrupt.id):
                report.warning(
                    "interrupt.alike",
                    f"{word!r} is like {other!r} of the interrupt {first!r}: only accents tell them apart",
                    path,
                    hint="give one of them another word: many people leave accents out",
                )
            seen.setdefault(said, (interrupt.id, word))
            seen.setdefault(plain, (interrupt.id, word))


def _said(word: str) -> str:
    return unicodedata.normalize("NFC", word).casefold().replace("’", "'").strip(" .,;:!?¡¿\"'")


def _without_accents(word: str) -> str:
    """Return the word without the accents of Latin letters, which people leave out."""
    kept = ""
    for character in unicodedata.normalize("NFD", _said(word)):
        if not unicodedata.combining(character) or not kept or kept[-1] >= "\u0370":
            kept += character
    return unicodedata.normalize("NFC", kept)
