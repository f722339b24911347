"""What a question says of the day that answers it: whether it is in the past, and whether it offers several.

"When did you buy it?" is answered by the last Monday, not by the next one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from botflow.languages import base_language
from botflow.nodes.answers.accounting import longest
from botflow.nodes.answers.lexicons.lexicon import Lexicon
from botflow.nodes.answers.tokens import Token

_PARTICIPLE = r"(?:\w*ge\w+(?:t|en)|(?:be|ver|er|ent|zer)\w+(?:t|en)|\w+iert)"
_PAST = {
    "en": re.compile(r"\b(?:did|since|date of birth|birth ?date|dob)\b|\b(?:were|was)\b.*\b(?:last|born)\b"),
    "de": re.compile(
        r"\b(?:seit|geburtsdatum)\b|\b(?:haben|hast|habt|hat|sind|bist|ist|wurden?)\b(?!.*\b(?:werden|sein)\b)"
        rf".*\b{_PARTICIPLE}\b(?=\W*\Z)"
    ),
    "es": re.compile(r"\b(?:nacimiento|desde|hizo|fue|tuvo|vino|estuvo|dijo|puso)\b|\w(?:ó|aron|ieron|aste|iste)\b"),
    "fr": re.compile(
        r"\b(?:depuis|naissance)\b|\b(?:avez|as|a|ont|êtes|es|est|sont)(?:-t)?-(?:vous|tu|il|elle|on|ils|elles)\b"
        r"(?:\W+\w+){0,2}?\W+\w+(?:é|ée|és|ées|i|ie|is|it|u|ue|us)\b"
    ),
}
_WOULD = ("wären", "wär")  # "would be", in the readers' normal form as the past
_INTENDING = frozenset(("thinking", "hoping", "wondering", "planning", "going"))
_OR = re.compile(r"\b(?:or|oder|o|ou)\b")
_LONGEST = 300  # characters of a question that are looked at


@lru_cache(maxsize=256)
def is_about_past(question: str, language: str) -> bool:
    """Say whether `question`, in a BCP 47 tag's language, asks when something happened."""
    known = _PAST.get(base_language(language))
    return known is not None and known.search(question[:_LONGEST].lower()) is not None


def is_told_of_past(tokens: Sequence[Token], question: str, lexicon: Lexicon) -> bool:
    """Say whether something is told that was, where the question is not about it: "Friday I was there". "I was
    thinking of Friday" is about what will be."""
    if is_about_past(question, lexicon.language):
        return False
    return any(
        token.text in lexicon.past
        and token.raw.casefold() not in _WOULD
        and not (at + 1 < len(tokens) and tokens[at + 1].text in _INTENDING)
        for at, token in enumerate(tokens)
    )


def is_one_of_several(tokens: Sequence[Token], question: str, lexicon: Lexicon) -> bool:
    """Say whether "the second" may be the second of the days that the question offers: "Friday or Saturday?"."""
    if not _OR.search(question[:_LONGEST].lower()) or any(token.text in lexicon.calendar.months for token in tokens):
        return False
    return any(longest(tokens, at, lexicon.calendar.ordinals) for at in range(len(tokens)))
