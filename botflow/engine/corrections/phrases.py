"""How people go back or change an answer: "back", "I meant 5", "no, Thursday". English is understood everywhere.

A correction is an opener and a value: "Sorry about that, I meant" and "5". It is found word by word, in linear time.
"""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from botflow.engine.corrections.vocabulary import LONGEST_PHRASE, Vocabulary, Words, vocabulary
from botflow.engine.text_folding import fold
from botflow.languages import base_language

LONGEST = 200  # characters of a correction; a longer message says something else
MOST_WORDS = 4  # of a value behind a mere "no," or "sorry,", and of a free text that is changed
_MOST_OPENERS = 6  # such as "oh, no, sorry, I meant 5"
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
_NAME = re.compile(r"[^\W\d_]+(?:(?:['’. -]|\. )[^\W\d_]+)*")
_APOSTROPHES = str.maketrans("’ʼ‘`´", "'''''")
_WAIT = frozenset(("wait", "moment", "warte", "espera", "attends", "attendez", "halt", "stopp"))
_THANKS = frozenset(
    (
        *("thanks", "thank you", "thank you very much", "thanks a lot", "thx"),
        *("danke", "danke schon", "danke schoen", "vielen dank"),
        *("gracias", "muchas gracias", "merci", "merci beaucoup", "merci bien"),
    )
)

Opener = Literal["meant", "wish", "sorry"]


class Correction(NamedTuple):
    """The corrected answer, without its opener.

    `is_clear` when the words can hardly mean anything else; `may_tell` when they may as well belong to a text ("make it
    spicy", "No 12, Salad Lane"); `may_answer` when they say yes or no. `opener`: "meant" speaks of an earlier message,
    "wish" of how it should be, "sorry" only takes something back. `is_name`: the value is a few words such as "Rome".
    """

    value: str
    is_clear: bool
    may_tell: bool = False
    may_answer: bool = False
    opener: Opener = "sorry"
    is_name: bool = False


class _Word(NamedTuple):
    folded: str
    start: int
    end: int


def goes_back(said: str, language: str) -> bool:
    """Say whether these words ask for the previous question."""
    folded = fold(said) if len(said) <= LONGEST else ""
    return any(folded in vocabulary(name).back for name in _languages(language))


def correction(said: str, language: str) -> Correction | None:
    """Return the correction in these words, if there is one: "sorry, I meant 5", "no, Thursday"."""
    text = said.strip()
    if len(text) > LONGEST:
        return None
    words = _words(text)
    for name in _languages(language):
        if (found := _correction(text, words, vocabulary(name))) is not None:
            return found
    return None


def _correction(text: str, words: list[_Word], known: Vocabulary) -> Correction | None:
    at, sorry, set_off = 0, "", False
    for _ in range(_MOST_OPENERS):
        if (found := _clear(text, words, at, known)) is not None:
            return found
        opener = _longest(words, at, known.sorry)
        pause = _longest(words, at, known.hesitation)
        if not opener and not pause:
            break
        at += max(len(opener), len(pause))
        if len(opener) >= len(pause):
            sorry, set_off = " ".join(opener), not text[words[at - 1].end : words[at].start].isspace()
    return _unclear(_behind(text, words, at), sorry, set_off, known) if sorry else _value_first(text, words, known)


def _clear(text: str, words: list[_Word], at: int, known: Vocabulary) -> Correction | None:
    """Return the value behind an opener that always begins a correction and stands at the word `at`."""
    for opener, closer in known.around:
        inner = words[at + len(opener) : -1]
        if inner and words[-1].folded == closer and _folded(words, at, len(opener)) == opener:
            return _value(text[inner[0].start : inner[-1].end], "meant", known)
    if opener := _longest(words, at, known.meant):
        return _value(_behind(text, words, at + len(opener)), "meant", known)
    if opener := _longest(words, at, known.wish):
        return _value(_behind(text, words, at + len(opener)), "wish", known)
    return None


def _unclear(value: str, opener: str, is_set_off: bool, known: Vocabulary) -> Correction | None:
    """Return the value behind a word that often begins a correction: "no, 5", but not "no, thanks"."""
    found = _value(value, "sorry", known)
    if found is None or (opener in _WAIT and not is_set_off) or fold(value) in _THANKS:
        return None  # "wait a second", "no, thanks"
    spoken = fold(found.value).split(" ")
    if len(spoken) > MOST_WORDS:
        return None
    yes_or_no = known.yes_or_no | vocabulary("en").yes_or_no
    may_tell = len(spoken) > 1 or (opener in yes_or_no and not is_set_off)
    return found._replace(may_tell=may_tell, may_answer=spoken[0] in yes_or_no)


def _value_first(text: str, words: list[_Word], known: Vocabulary) -> Correction | None:
    """Return the value before words that only follow one: "5, I meant"."""
    for count in range(1, min(len(words), MOST_WORDS + 1)):
        if _folded(words, count, len(words) - count) in known.after:
            return _value(text[: words[count].start], "meant", known)
    return None


def _value(behind: str, opener: Opener, known: Vocabulary) -> Correction | None:
    said = _without_courtesy(behind, known).strip()
    value = said.rstrip(".!?… ,;")
    if value[-1:].isdigit() and said[len(value) :] == ".":
        value = said  # "am 21." is a day
    if not value:
        return None
    spoken = fold(value.translate(_APOSTROPHES)).split(" ")
    is_name = len(spoken) <= MOST_WORDS and _NAME.fullmatch(value) is not None
    return Correction(
        value,
        is_clear=opener != "sorry",
        may_tell=opener == "wish",
        opener=opener,
        is_name=is_name and (known.unnamed | vocabulary("en").unnamed).isdisjoint(spoken),
    )


def _without_courtesy(value: str, known: Vocabulary) -> str:
    """Return the value without a "please" or "instead" behind it."""
    words = _words(value)
    for count in range(max(1, len(words) - LONGEST_PHRASE), len(words)):
        polite = _folded(words, count, len(words) - count)
        if polite in known.closing or polite in vocabulary("en").closing:
            return value[: words[count - 1].end]
    return value


def _behind(text: str, words: list[_Word], at: int) -> str:
    """Return the text from the word `at` on, with a sign that stands right before that word: "-5", "$5"."""
    behind = text[words[at - 1].end :].lstrip(" \t\n,.:;!?…–—")
    return behind[1:].lstrip() if behind.startswith("- ") else behind


def _longest(words: list[_Word], at: int, phrases: frozenset[Words]) -> Words:
    """Return the longest phrase that stands at the word `at` and leaves words behind it; () if none does."""
    for count in range(min(LONGEST_PHRASE, len(words) - at - 1), 0, -1):
        if (phrase := _folded(words, at, count)) in phrases:
            return phrase
    return ()


def _folded(words: list[_Word], at: int, count: int) -> Words:
    return tuple(word.folded for word in words[at : at + count])


def _words(text: str) -> list[_Word]:
    text = text.translate(_APOSTROPHES)
    return [
        _Word(word[0].lower() if word[0].isascii() else fold(word[0]), word.start(), word.end())
        for word in _WORD.finditer(text)
    ]


def _languages(language: str) -> tuple[str, ...]:
    own = base_language(language)
    return (own,) if own == "en" else (own, "en")
