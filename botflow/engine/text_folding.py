"""Texts without case, accents, punctuation and extra spaces, so that people's words can be compared."""

from __future__ import annotations

import re
import unicodedata

_WORDS = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")


def fold(text: str) -> str:
    """Return `text` in lower case without accents, its words separated by one space: "  Sí, claro! " is "si claro".

    A text without any letter or digit (a thumb, a question mark) keeps its characters.
    """
    if not text.isascii():
        decomposed = unicodedata.normalize("NFKD", text)
        text = "".join(character for character in decomposed if not unicodedata.combining(character))
    folded = text.casefold()
    return " ".join(_WORDS.findall(folded)) or folded.strip()
