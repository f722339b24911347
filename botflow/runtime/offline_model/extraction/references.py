"""Numbers that name a thing: "order 4711", "table 4", "#98765", "AB-4471". The word before says what they are."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from botflow.engine.text_folding import fold
from botflow.nodes.answers.lexicons import lexicon_of
from botflow.nodes.answers.lexicons.lexicon import words as word_set
from botflow.nodes.chatbot.forms.words import is_harmless
from botflow.runtime.offline_model.extraction.fields import Sought
from botflow.runtime.offline_model.extraction.words import turning
from botflow.runtime.offline_model.features import Words

_WORD = re.compile(r"[^\s,;:.!?()\"“”„]+(?:[.,/:][^\s,;:.!?()\"“”„]+)*")
_REFERENCE = re.compile(r"#?(?:[A-Za-z]{1,4}-?)?[0-9]{1,18}(?:-[A-Za-z0-9]{1,8})?")
_BETWEEN = word_set("number no nr nummer numero num id code is ist es est lautet ref reference the")
_SIGN = "#"
_FEWEST_DIGITS = 3
_FEWEST_UNNUMBERED = 4  # digits behind a word that may be a verb: "order 200" may ask for that many
_BEFORE_VERB = word_set("to zu")
_BEFORE_NOUN = word_set(
    "for of about with from regarding concerning my our your his her their the this that"
    " fur von wegen uber zur meine meiner unsere unserer die der diese dieser"
    " para de del sobre mi nuestro su el la este esta"
    " pour du concernant ma notre votre cette"
)
_MOST_BETWEEN = 3
_LONGEST = 40  # characters of a word that may be one


class Reference(NamedTuple):
    """A reference and its place in the text, the words before it that say what it is included."""

    value: str
    start: int
    end: int


def find_reference(field: Sought, text: str, words: Words) -> Reference | None:
    """Return the only reference of this field in `text`, None if there is none, or may be another one."""
    found = [(match[0], match.start(), match.end()) for match in _WORD.finditer(text)]
    folded = [fold(word) for word, _, _ in found]
    shaped = [at for at, (word, _, _) in enumerate(found) if _is_shaped(word)]
    led = [at for at in shaped if _begin(field, at, folded, found, words) is not None]
    if len(led) != 1:
        return None
    at = led[0]
    if any(_alike(found[other][0], found[at][0]) for other in shaped if other != at):
        return None
    first = _begin(field, at, folded, found, words)
    return Reference(found[at][0].lstrip(_SIGN), found[at if first is None else first][1], found[at][2])


def is_reference(text: str) -> str | None:
    """Return the reference that a whole message is, without its sign."""
    said = text.strip(" .!\n")
    return (
        said.lstrip(_SIGN) if len(said) <= _LONGEST and _is_shaped(said) and _digits(said) >= _FEWEST_DIGITS else None
    )


def _is_shaped(word: str) -> bool:
    return len(word) <= _LONGEST and _REFERENCE.fullmatch(word) is not None


def _digits(word: str) -> int:
    return sum(map(str.isdigit, word))


def _alike(one: str, other: str) -> bool:
    """Say whether two words may be references of one kind: both long enough, with letters or without."""
    is_of_kind = any(map(str.isalpha, one)) == any(map(str.isalpha, other))
    return is_of_kind and min(_digits(one), _digits(other)) >= _FEWEST_DIGITS


def _begin(
    field: Sought, at: int, folded: Sequence[str], found: Sequence[tuple[str, int, int]], words: Words
) -> int | None:
    """Return where the words begin that say what a reference is; None without any."""
    first, is_numbered = at, found[at][0].startswith(_SIGN) or found[at][0][0].isalpha()
    while first and at - first < _MOST_BETWEEN and folded[first - 1] in _BETWEEN:
        first -= 1
        is_numbered = True
    is_led = bool(first) and folded[first - 1] in field.words - _BETWEEN
    if is_led and (is_numbered or _is_named(folded, first - 1, at, found, words)):
        return first - 1
    return first if is_numbered and found[at][0].startswith(_SIGN) else None


def _is_named(folded: Sequence[str], lead: int, at: int, found: Sequence[tuple[str, int, int]], words: Words) -> bool:
    """Say whether a number names what the word before it says: "table 4", "order 4711"; not "to order 1000 roses"."""
    is_holder = folded[lead] in lexicon_of(words.language).holders or (lead and folded[lead - 1] in _BEFORE_NOUN)
    if (not is_holder and _digits(found[at][0]) < _FEWEST_UNNUMBERED) or (lead and folded[lead - 1] in _BEFORE_VERB):
        return False
    behind = folded[at + 1] if at + 1 < len(folded) else ""
    is_end = not behind or found[at + 1][1] > found[at][2] + 1
    return (
        is_end or words.is_stop_word(behind) or is_harmless(behind, words.language) or behind in turning(words.language)
    )
