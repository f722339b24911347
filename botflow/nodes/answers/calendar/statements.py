"""What somebody tells of a day that was not asked for: "we leave on Friday" is no answer to "For which day?".

It is one where the question asks for it ("When do you leave?"), or where there is no question to compare it with.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from botflow.nodes.answers.accounting import longest, question_stems, stem
from botflow.nodes.answers.calendar.question_of_days import is_about_past
from botflow.nodes.answers.lexicons import lexicon_of
from botflow.nodes.answers.lexicons.lexicon import Lexicon, Phrases, singles
from botflow.nodes.answers.tokens import Token


@lru_cache(maxsize=256)
def words_beside_days(question: str, language: str) -> tuple[Phrases[None], ...]:
    """Return what may be said beside a day or a time that answers `question`."""
    lexicon = lexicon_of(language)
    told = lexicon.statements
    found = [lexicon.moving, singles(lexicon.calendar.one)]
    if not question or is_about_past(question, language):
        found.append(told.past)
    stems = question_stems(question, language)
    for topic in (told.leaving, told.birth, told.paying):
        if not question or not stems.isdisjoint(map(stem, topic.asked)):
            found.append(topic.said)
    return tuple(found)


def is_about_own_day(tokens: Sequence[Token], question: str, lexicon: Lexicon) -> bool:
    """Say whether somebody has or names something on a day: "I have an appointment on Friday", "my birthday is the
    20th". What the question names is what it asks for, and who wishes something does not have it."""
    told = lexicon.statements
    if any(token.text in told.wishing for token in tokens):
        return False
    asked = question_stems(question, lexicon.language)
    named = [
        at for at in range(len(tokens)) if longest(tokens, at, told.engagements) and stem(tokens[at].text) not in asked
    ]
    return bool(named) and (_owns(tokens, lexicon) or any(_is_own(tokens, at, lexicon) for at in named))


def _owns(tokens: Sequence[Token], lexicon: Lexicon) -> bool:
    told = lexicon.statements
    if any(token.text == "?" for token in tokens):
        return False
    return tokens[0].text in told.owning_first or any(longest(tokens, at, told.owning) for at in range(len(tokens)))


def _is_own(tokens: Sequence[Token], at: int, lexicon: Lexicon) -> bool:
    """Say whether "my" stands before what is named at `at`; not "for my"."""
    told = lexicon.statements
    is_own = at > 0 and tokens[at - 1].text in told.possessive
    return is_own and not (at > 1 and tokens[at - 2].text in told.for_words)
