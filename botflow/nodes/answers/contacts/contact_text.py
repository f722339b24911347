"""The text around an address or a phone number: every word and sign of it must be known to be harmless.

Readers find where the value is written, and ask `is_accounted_for` about all that stands around it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from botflow.nodes.answers.contacts.contact_words import Lexicon, folded_word

# Signs without a shape that copied texts hold: soft hyphens, zero-width blanks, marks and embeddings of direction (a
# phone's contacts wrap numbers in U+202D), variation selectors. U+202E reverses a text and is left for refusal.
_INVISIBLE = "\u00ad\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u2060\u2066\u2067\u2068\u2069\ufe0f\ufeff"
_PLAIN = {
    **dict.fromkeys(map(ord, _INVISIBLE)),
    **{wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)},  # full-width forms of ASCII
    0x3000: " ",
    **dict.fromkeys(map(ord, "\u2018\u2019\u02bc\u201b\u00b4"), "'"),
}
_WORD = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*")
_CLAUSE = re.compile(r"\n|[.!?;,\u2026](?=\s|$)")
_PUNCTUATION = frozenset(
    " \t\n\r\u00a0\u202f.,;:!?\u2026\u00a1\u00bf'\"\u201c\u201d\u201e\u00ab\u00bb\u2039\u203a"
    "()[]{}<>-\u2013\u2014*_`\u2022|/"
)
FRIENDLY = frozenset("📧✉📩📨📬📮📞📱☎📲🔗🌐🙂😊😀😃😄😁👍👋🙏✅☺👉➡⬇👇❤")
_ELIDED = frozenset("ldjcsmtq") | {"qu"}  # l'adresse, d'accord; never the n of a negation
_FITTING = frozenset(
    ("ok", "okay", "fine", "valid", "alright", "gut", "gultig", "vale", "valido", "valida", "valable", "valide", "bon")
)
_ASKING = frozenset(("is", "isn't", "ist", "est-ce"))  # as the first word: "is this 020 7946 0958"
_SENTENCE_END = re.compile(r"[.!;\n](?=\s|$)")
_CONTRACTED = frozenset(("s", "m", "d", "ll", "re", "ve"))
_SHORT_COURTESY = frozenset(("ok", "thx", "ty", "pls", "plz", "yes", "yep", "yup", "bye", "oui", "svp", "stp"))


@dataclass(frozen=True, slots=True)
class Span:
    """Where a value is written, its brackets and marks included.

    `is_marked`: it is in angle brackets or quoted, or has a label before it, so that it begins where it seems to.
    """

    start: int
    end: int
    value: str
    is_marked: bool = False


def plain(text: str) -> str:
    """Return `text` with plain signs for full-width ones and curved apostrophes, without signs that have no shape."""
    return text if text.isascii() else unicodedata.normalize("NFC", text.translate(_PLAIN))


def is_accounted_for(text: str, spans: Sequence[Span], words: Lexicon) -> bool:
    """Say whether all words and signs of `text` outside of `spans` (in order, not empty) are known to be harmless.

    A clause before the value may hold unknown words if none of them can change the value, and if the value's own
    clause introduces it: "My name is Ann, and my address is ...". Words after the value could still correct it.
    """
    first, last = spans[0], spans[-1]
    if _is_asked_about(text[: first.start], text[last.end :], words):
        return False
    between = all(_is_harmless(text[before.end : after.start], words) for before, after in pairwise(spans))
    return (
        between
        and _is_harmless_end(text[last.end :], words)
        and _is_harmless_beginning(text[: first.start], words, first.is_marked)
    )


def _is_asked_about(before: str, behind: str, words: Lexicon) -> bool:
    """Say whether the value is somebody else's or a question: "your number is ...", "is this ...", "...?".

    A person who asks whether an address will do gives it: "Is ann@example.com ok?".
    """
    own = _clauses(before, words)[-1]
    rest = _SENTENCE_END.split(behind, maxsplit=1)[0]
    if len(own) == 1 and own[0] in _ASKING and not _FITTING.isdisjoint(map(folded_word, _WORD.findall(rest))):
        return False
    is_theirs = not words.theirs.isdisjoint(own)
    is_first = bool(own) and own[0] in _ASKING
    return is_theirs or is_first or "?" in rest


def is_known(word: str, words: Lexicon) -> bool:
    """Say whether `word`, folded, is harmless; also with an elision (l'adresse) or a contraction (number's)."""
    if word in words.harmless:
        return True
    head, apostrophe, tail = word.partition("'")
    if not apostrophe:
        return False
    return (head in _ELIDED and tail in words.harmless) or (tail in _CONTRACTED and head in words.harmless)


def mixes_scripts(part: str) -> bool:
    """Say whether Latin letters and others stand together: words of a script without blanks are glued, or one is
    written to look like another."""
    if part.isascii():
        return False
    scripts = {unicodedata.name(character, "").startswith("LATIN") for character in part if character.isalpha()}
    return len(scripts) > 1


def _is_harmless(text: str, words: Lexicon) -> bool:
    found = map(folded_word, _WORD.findall(text))
    known = all(word in words.joining or word in words.asked or is_known(word, words) for word in found)
    return known and _has_only_signs(_WORD.sub(" ", text))


def _is_harmless_end(text: str, words: Lexicon) -> bool:
    """A short last word behind the value may be its end: `ann@example.co de`."""
    found = [folded_word(word) for word in _WORD.findall(text)]
    if len(found) == 1 and len(found[0]) <= 3 and found[0] not in _SHORT_COURTESY:
        return False
    return _is_harmless(text, words)


def _is_harmless_beginning(text: str, words: Lexicon, is_marked: bool) -> bool:
    """A single letter before the value may be its beginning, as may be `my_`: `a smith@example.com`."""
    found = _WORD.findall(text)
    is_open = text.rstrip().endswith("_") and text.count("_") % 2 == 1  # no Markdown
    if is_open or (len(found) == 1 and len(found[0]) == 1):
        return False
    if not is_marked and found and not _is_introduction(found[-1], text, words):
        return False
    if _is_harmless(text, words):
        return True
    if not _has_only_signs(_WORD.sub(" ", text)):
        return False
    clauses = _clauses(text, words)
    if any(word in words.changing or word.startswith("n'") for clause in clauses for word in clause):
        return False
    if is_marked:
        return True
    own = clauses[-1]
    return all(is_known(word, words) for word in own) and any(word in words.introducing for word in own)


def _is_introduction(word: str, text: str, words: Lexicon) -> bool:
    """Say whether the last word before the value does not begin the value.

    The question's "Hi Ann, your address?" makes `ann` known, and no address of `ann smith@example.com`.
    """
    folded = folded_word(word)
    return is_known(folded, words) or folded in words.joining or not text.rstrip().endswith(word)


def _clauses(text: str, words: Lexicon) -> list[list[str]]:
    """Return the folded words of each clause; "and" begins another one."""
    clauses: list[list[str]] = []
    for part in _CLAUSE.split(text):
        clauses.append([])
        for word in _WORD.findall(part):
            folded = folded_word(word)
            if folded in words.joining:
                clauses.append([])
            else:
                clauses[-1].append(folded)
    return clauses


def _has_only_signs(rest: str) -> bool:
    return all(character in _PUNCTUATION or character in FRIENDLY for character in rest)
