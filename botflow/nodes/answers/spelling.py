"""The spelling of the calendar's words: compounds are taken apart, and typing errors mended ("evning", "wendesday").

Only a word that is in no list of the language is looked at, and only one that a single known word is one letter away
from: added, left out, changed, or two turned round. Numbers are never guessed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

from botflow.nodes.answers.lexicons import LEXICONS
from botflow.nodes.answers.lexicons.lexicon import Lexicon, Phrase
from botflow.nodes.answers.tokens import Token

_SHORTEST, _LONGEST = 6, 16  # letters
_MOST_WORDS = 12  # unknown ones that are looked at in one text


def corrected(tokens: Sequence[Token], lexicon: Lexicon) -> list[Token]:
    """Return the tokens with the errors in words of the calendar mended, and a day and its part as two words."""
    known, calendar = _vocabulary(lexicon.language)
    tried, found = 0, list(_parted(tokens, lexicon.calendar.joined))
    for at, token in enumerate(found):
        if token.kind != "word" or token.text in known or not _SHORTEST <= len(token.text) <= _LONGEST:
            continue
        tried += 1
        if tried > _MOST_WORDS:
            break
        if token.text[:-1] in calendar:
            continue  # "mondays" are all of them
        near = {word for word in calendar if is_one_edit_apart(token.text, word) and _begins_alike(token.text, word)}
        if len(near) == 1:
            found[at] = replace(token, text=near.pop())
    return found


def _parted(tokens: Sequence[Token], joined: Mapping[str, Phrase]) -> Iterator[Token]:
    for token in tokens:
        words = joined.get(token.text)
        if words is None:
            yield token
        else:
            yield from (
                replace(token, text=word, raw=word, glued=token.glued and not at) for at, word in enumerate(words)
            )


@lru_cache(maxsize=8)
def _vocabulary(language: str) -> tuple[frozenset[str], frozenset[str]]:
    """Return all words of the language's lexicon, and those of its calendar that may be mended."""
    lexicon = LEXICONS[language]
    calendar = {word for names in (lexicon.calendar.months, lexicon.calendar.weekdays) for word in names}
    calendar |= {word for phrase in (*lexicon.calendar.days, *lexicon.clock.parts) for word in phrase}
    statements = lexicon.statements
    topics = (statements.leaving, statements.birth, statements.paying)
    told = (*(topic.said for topic in topics), statements.past)
    phrases = (lexicon.harmless, lexicon.counted, lexicon.moving, lexicon.corrections, lexicon.calendar.ordinals)
    known = {word for group in phrases for phrase in group for word in phrase}
    known |= {word for each in told for phrase in each for word in phrase} | lexicon.calendar.look_alikes
    known |= lexicon.changing | lexicon.holders | lexicon.feasts | lexicon.currencies.keys()
    known |= lexicon.numbers.pieces.keys() | lexicon.calendar.units.keys()
    mended = frozenset(word for word in calendar if len(word) >= _SHORTEST - 1)
    return frozenset(known | calendar), mended


def _begins_alike(one: str, other: str) -> bool:
    """Say whether the first letter is the same, or turned with the second: "sorgen" is another word than "morgen"."""
    return one[0] == other[0] or one[1::-1] == other[:2]


def is_one_edit_apart(one: str, other: str) -> bool:
    """Say whether one letter added, left out, changed or two neighbours turned round make `one` into `other`."""
    if abs(len(one) - len(other)) > 1 or one == other:
        return False
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    one, other = one[start:], other[start:]
    turned = len(one) > 1 and one[1::-1] + one[2:] == other
    return turned or one[1:] == other[1:] or one[1:] == other or one == other[1:]
