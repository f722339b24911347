"""A person's text as tokens: words, runs of digits and single marks, in one normal form.

Typographic apostrophes, quotes and dashes become their ASCII forms, native and full-width digits become ASCII digits,
"½" becomes "1/2", and words are compared in lower case without the accents of Latin letters. A raised digit stays a
mark of its own: "5²" is not 52.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

LONGEST = 500  # characters; a longer text is not an answer to one question
MOST_TOKENS = 40  # words, numbers and marks; an answer to one question is shorter
_TYPOGRAPHY = str.maketrans(
    {
        **dict.fromkeys("’ʼ‘ʹ´`′＇", "'"),
        **dict.fromkeys("−–—‒‐‑－﹣", "-"),
        **dict.fromkeys("“”„«»‹›″", '"'),
        **dict.fromkeys("\u00a0\u202f\u2009\u2007\u3000\t\r\n", " "),
        **dict.fromkeys("\ufe0e\ufe0f\u20e3\u200b\u200c\u200d\u00ad", None),  # selectors, joiners, invisible characters
        # Keyboards for Arabic and Hebrew write marks of direction around numbers and Latin words.
        **dict.fromkeys("\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069", None),
        "٫": ".",
        "٬": ",",
        "⁄": "/",
    }
)
_TOKEN = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*'?|[0-9]+|\S")
ELISION = re.compile(r"\b(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu)'(?=\w)")


@dataclass(frozen=True, slots=True)
class Token:
    """One token. `text` is its normal form, `raw` as it was typed; `glued`: no space stands before it."""

    text: str
    kind: Literal["word", "digits", "mark"]
    raw: str
    glued: bool


def is_too_long(text: str, longest: int = LONGEST) -> bool:
    """Say whether `text` has more than `longest` characters; one that stands for a phrase counts as the phrase."""
    return len(text) > longest or (not text.isascii() and len(unicodedata.normalize("NFKC", text)) > longest)


def tokenize(text: str, *, elides: bool = False) -> list[Token]:
    """Return the tokens of `text`. With `elides` "l'heure" is "l'" and "heure". Of a long text only the first ones,
    more than MOST_TOKENS."""
    text = plain(text)
    tokens: list[Token] = []
    end = 0
    for found in _TOKEN.finditer(text):
        if len(tokens) > MOST_TOKENS:
            break  # too many already
        raw, glued = found[0], found.start() == end and bool(tokens)
        end = found.end()
        if raw.isdigit() and raw.isascii():
            tokens.append(Token(raw, "digits", raw, glued))
        elif not (raw[0].isalpha()):
            tokens.append(Token(raw, "mark", raw, glued))
        else:
            _add_words(tokens, raw.removesuffix("'"), glued, elides)
            if raw.endswith("'"):
                tokens.append(Token("'", "mark", "'", True))
    return tokens


def _add_words(tokens: list[Token], raw: str, glued: bool, elides: bool) -> None:
    word = unaccented(raw)
    if elides and (elision := ELISION.match(word)) and len(word) == len(raw):
        tokens.append(Token(elision[0], "word", raw[: elision.end()], glued))
        raw, word, glued = raw[elision.end() :], word[elision.end() :], True
    tokens.append(Token(word, "word", raw, glued))


def plain(text: str) -> str:
    """Return `text` with one form of each digit, quote, dash, space and fraction."""
    if text.isascii():
        return text.translate(_TYPOGRAPHY)
    return "".join(map(_plain_character, text.translate(_TYPOGRAPHY))).translate(_TYPOGRAPHY)


def _plain_character(character: str) -> str:
    if character < "\x80":
        return character
    decomposition = unicodedata.decomposition(character)
    if decomposition.startswith(("<super>", "<sub>")):
        return character
    if decomposition.startswith("<fraction>"):
        return f" {unicodedata.normalize('NFKC', character)} "
    digit = unicodedata.decimal(character, None)
    if digit is not None:
        return str(digit)
    return unicodedata.normalize("NFKC", character) if decomposition.startswith("<") else character


def unaccented(word: str) -> str:
    """Return `word` in lower case, without the accents of its Latin letters; other scripts keep their marks."""
    if word.isascii():
        return word.lower()
    folded = unicodedata.normalize("NFD", word.casefold())
    kept: list[str] = []
    for character in folded:
        if not (unicodedata.combining(character) and kept and kept[-1] < "\u0250"):
            kept.append(character)
    return unicodedata.normalize("NFC", "".join(kept))
