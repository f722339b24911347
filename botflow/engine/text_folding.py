"""Texts in comparable forms: `fold` forgets case, accents and punctuation; `read_words` keeps what tells labels apart.

A mark of an alphabet whose readers leave marks out (Latin, Greek, Cyrillic, Hebrew, Arabic) is dropped. In every other
script a mark makes another letter or another sound, and is kept: Devanagari, Bengali, Tamil, Thai, Japanese.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

_APOSTROPHES = dict.fromkeys(map(ord, "’‘‛ʼʻ´`′＇ˈ"), "'")
_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−﹣－"), "-")
_POWERS = {ord(power): f"^{digit}" for digit, power in enumerate("⁰¹²³⁴⁵⁶⁷⁸⁹")}  # else 5² would become 52
_SPELLINGS = str.maketrans({**_APOSTROPHES, **_DASHES, **_POWERS})
_APOSTROPHE = str.maketrans({**_APOSTROPHES, ord("_"): " "})
_MARKS = "".join(
    chr(code)
    for block in (range(0x300, 0x2000), range(0x3000, 0x3100), range(0xA600, 0xAC00), range(0x11000, 0x11800))
    for code in block
    if unicodedata.category(chr(code)).startswith("M")
)
_LETTER = rf"[\w{_MARKS}]"  # the underscore too, which is a space by then
_WORDS = re.compile(rf"{_LETTER}+(?:'{_LETTER}+)*")
# A word with the signs that change what it means: "C++", "A-", "<18", "-5", "10:30", "1-2".
_SIGNED = re.compile(
    rf"((?:(?<!\S)[-+±~]|[<>≤≥]=?\s*)(?=\d))?({_LETTER}+(?:(?:'|(?<=\d)[.,:/^-](?=\d)){_LETTER}+)*)([+#]+(?!{_LETTER})|-(?!\S))?"
)
# Characters in which something may be left out, with the one before them.
_UNPLAIN = re.compile(r"([\x00-\x7f]|[^\W\d]|)((?:(?![\x00-\x7f])[\W\d])+)")
_UNITS = re.compile("[%‰€$£¥₹₽°👎❌✖✗✘🚫🙅⛔🤔🤷🤮🤢😡]")  # and pictures that take back what stands beside them
_OUTER = " \t\r\n.,;:!?¡¿…\"“”„‟«»‹›'()[]"
_LONGEST_GRADE = 2  # letters before a minus that belongs to them: "A-", "AB-"; "pizza-" is a slip


class Words(NamedTuple):
    """A text for comparisons. `exact` and `bare` (without outer punctuation) keep accents; `words` are folded, with
    the signs that belong to them; `marked` are the same words with accents; `units` are signs such as "%" or 👎."""

    exact: str
    bare: str
    words: tuple[str, ...]
    marked: tuple[str, ...]
    units: frozenset[str]


def fold(text: str) -> str:
    """Return `text` in lower case without accents, its words separated by one space: "  Sí, claro! " is "si claro".

    Every apostrophe is ', every digit one of 0 to 9. A text without any letter or digit keeps its characters.
    """
    folded = _plain(text.translate(_APOSTROPHE)) if not text.isascii() else text.translate(_APOSTROPHE).casefold()
    return " ".join(_WORDS.findall(folded)) or folded.strip()


def read_words(text: str) -> Words:
    """Return the forms of `text` by which it is compared with labels and words. Takes linear time."""
    spelt = text.translate(_SPELLINGS)
    exact = " ".join(unicodedata.normalize("NFC", spelt).casefold().split())
    open_text = spelt.replace("_", " ")
    found = _signed(_plain(open_text) if not spelt.isascii() else open_text.casefold())
    marked = found if exact.isascii() or not found else _signed(_plain(open_text, keeps_marks=True))
    return Words(exact, exact.strip(_OUTER) or exact, found, marked, frozenset(_UNITS.findall(spelt)))


@lru_cache(maxsize=2048)
def read_authored_words(text: str) -> Words:
    """Return the forms of a word that an author wrote, such as a keyword: it is compared with every message."""
    return read_words(text)


def are_alike(said: Words, name: Words) -> bool:
    """Say whether the folded forms are the same. Accents and units may be left out, but not replaced: "phở bơ" is
    another dish than "phở bò", and "C" is another language than "C++"."""
    if not name.words:
        return said.bare == name.bare
    return said.words == name.words and said.units <= name.units and accents_agree(said.marked, name.marked)


def accents_agree(said: tuple[str, ...], name: tuple[str, ...]) -> bool:
    """Say whether no letter has one accent here and another one there; the words are alike without accents."""
    return said == name or all(map(_word_accents_agree, said, name))


def _word_accents_agree(said: str, name: str) -> bool:
    if said == name or said.isascii() or name.isascii():
        return True
    return all(
        not left or not right or left == right for left, right in zip(_accents(said), _accents(name), strict=False)
    )


def _accents(word: str) -> list[str]:
    """Return the accents of each letter."""
    accents: list[str] = []
    for character in unicodedata.normalize("NFD", word):
        if unicodedata.combining(character) and accents:
            accents[-1] += character
        else:
            accents.append("")
    return accents


def _signed(text: str) -> tuple[str, ...]:
    """Return the words with their signs; separators within a number are all one, as "10.30" is "10:30"."""
    words = []
    for before, word, after in _SIGNED.findall(text):
        if not word.isalpha():
            word = word.replace(",", ".").replace(":", ".")
        if after == "-" and len(word) > _LONGEST_GRADE:
            after = ""
        words.append(f"{before.rstrip()}{word}{after}" if before or after else word)
    return tuple(words)


def _plain(text: str, *, keeps_marks: bool = False) -> str:
    """Return `text` in lower case and in compatible characters, without the accents that may be left out."""
    kept = _UNPLAIN.sub(
        lambda found: found[1] + _without_marks(found[1], found[2], keeps_marks), unicodedata.normalize("NFKD", text)
    )
    return unicodedata.normalize("NFC", kept).casefold()


def _without_marks(letter: str, characters: str, keeps_marks: bool) -> str:
    """Return the characters behind `letter` without the marks that may be left out."""
    kept: list[str] = []
    for character in characters:
        if unicodedata.combining(character) or (kind := unicodedata.category(character)) in ("Mn", "Mc", "Me"):
            if _is_invisible(character) or not (keeps_marks or _makes_another_letter(letter, character)):
                continue
        elif kind == "Cf":
            continue
        elif kind == "Nd":
            character = str(unicodedata.decimal(character))
        else:
            letter = character
        kept.append(character)
    return "".join(kept)


def _is_invisible(mark: str) -> bool:
    """Say whether the mark only chooses how an emoji is drawn."""
    return "\ufe00" <= mark <= "\ufe0f" or mark in "\u20e3\u20e0"


def _makes_another_letter(letter: str, mark: str) -> bool:
    """Say whether a letter with this mark is another letter for those who read its script."""
    if letter < "\u0400" or "\u1e00" <= letter <= "\u1fff" or "\u2c60" <= letter <= "\u2c7f":
        return not "\u0300" <= mark <= "\u036f"
    if "\u0400" <= letter <= "\u052f":  # й and ї are letters; ё is written е, and stress is left out
        return mark not in "\u0300\u0301" and not (mark == "\u0308" and letter in "еЕ")
    if "\u0590" <= letter <= "\u05ff":
        return not "\u0591" <= mark <= "\u05c7"
    if "\u0600" <= letter <= "\u06ff":
        return not ("\u064b" <= mark <= "\u065f" or mark == "\u0670" or "\u06d6" <= mark <= "\u06ed")
    return True
