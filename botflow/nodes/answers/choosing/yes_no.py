"""Yes and no, as people say them. Every word must belong to a known phrase: "yes, if it is cheap" is asked again."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from botflow.engine.inbound import Inbound
from botflow.engine.text_folding import read_words
from botflow.languages import base_language
from botflow.nodes.answers.choosing.amendments import between_corrections
from botflow.nodes.answers.choosing.at_questions import Beside, is_plain, means_at
from botflow.nodes.answers.choosing.question_words import agrees_with, core_of, may_repeat, says_itself
from botflow.nodes.answers.choosing.yes_no_questions import AskedAbout, asked_about, may_turn_round
from botflow.nodes.answers.choosing.yes_no_words import (
    AGREEING,
    EMOJI,
    LONGEST_PHRASE,
    SHORTEST_MENDED,
    WHOLE,
    Certain,
    Meaning,
    drawn_out,
    known_words,
    long_words,
    meanings,
    squeezed,
)
from botflow.nodes.answers.expectation import Accepted, Expectation, Reading, Refused
from botflow.nodes.answers.spelling import is_one_edit_apart
from botflow.nodes.answers.tokens import is_too_long

_MOST_WORDS = 40
_DRAWN_OUT = re.compile(r"(.)\1{2}|(.)\2$")  # "yeees", "yess"; not "noon"
_AROUND = " .,!\t\n"
_THANKS = re.compile(r"\b(?:thanks?|thx|ty|danke|dank|gracias|merci)\b")
_QUESTION = re.compile("[?？؟]")
_NOT_ASKING = ("why not", "warum nicht", "por que no", "como no", "pourquoi pas")  # a yes with a question mark


def read_yes_no(expectation: Expectation, inbound: Inbound, language: str, region: str | None) -> Reading:
    """Accept a yes (True) or a no (False); an unclear answer, or one with both, is refused."""
    means = meaning(inbound.payload or inbound.text, language, expectation.question)
    return Refused("not_yes_no") if means is None else Accepted(means)


def meaning(text: str, language: str, question: str = "") -> bool | None:
    """Return whether `text` means yes or no in `language` (or in English), or None. Takes linear time.

    Beside a yes the words of `question` change nothing; beside a no they may ("no, I want it"). What it asks
    about decides on phrases such as "no problem".
    """
    if is_too_long(text):
        return None
    said = [_meaning(each, language, question) for each in between_corrections(text, language, no_is_an_answer=True)]
    return None if None in said else said[-1]


def _meaning(text: str, language: str, question: str) -> bool | None:
    words = read_words(text).words
    said = " ".join(words)
    if is_plain(said) and text.strip(_AROUND).isalpha() and not may_turn_round(question, language):
        means = meanings(base_language(language)).get(said)
        if means in ("assent", "no"):
            return means == "assent"
    asked = asked_about(question, language)
    for known in (WHOLE.get(base_language(language), {}), WHOLE[""]):
        if said in known and not any(emoji in text for emoji in EMOJI):
            return _sum(_at_question([_Phrase(said, known[said])], asked))
    if len(words) > _MOST_WORDS or (_QUESTION.search(text) and not said.endswith(_NOT_ASKING)):
        return None
    drawn = [_Phrase(character, EMOJI[character]) for character in text if character in EMOJI]
    core = core_of(question, language)
    for each in dict.fromkeys((base_language(language), "en")):
        spelt = tuple(_mended(word, each, question) for word in words)
        phrases = list(_phrases(spelt, meanings(each), drawn_out(each)))
        if question:
            phrases = [_in_answer_to(question, phrase, core, language) for phrase in phrases]
            repeated = [phrase.said for phrase in phrases if phrase.means == "asked"]
            is_agreed = not repeated or any(_agrees_by_itself(phrase, each) for phrase in phrases)
            if not is_agreed or not agrees_with(repeated, core, language):
                return None
        if all(phrase.means is not None for phrase in phrases):
            return _sum(_at_question([*phrases, *drawn], asked))
    return None


def _at_question(phrases: Sequence[_Phrase], asked: AskedAbout) -> list[Certain]:
    beside = Beside(
        is_denied=any(phrase.means in ("no", "not", "negation") for phrase in phrases),
        is_thanked=any(_THANKS.search(phrase.said) for phrase in phrases),
        is_consent=any(phrase.means in ("agrees", "content") for phrase in phrases),
    )
    return [means_at(said, means, asked, beside) for said, means in phrases if means is not None]


def _mended(word: str, language: str, question: str) -> str:
    """Return the one long word for yes or no that `word` is a typing error away from: "absolutley"."""
    if len(word) < SHORTEST_MENDED or word in known_words(language) or says_itself(word, question, language):
        return word
    near = [known for known in long_words(language).get(word[0], ()) if is_one_edit_apart(word, known)]
    return near[0] if len(near) == 1 else word


class _Phrase(NamedTuple):
    said: str
    means: Meaning | None


def _phrases(words: tuple[str, ...], known: Mapping[str, Meaning], drawn: Mapping[str, Meaning]) -> Iterator[_Phrase]:
    """Yield the longest known phrase at each place, and each word of no phrase."""
    place = 0
    while place < len(words):
        for length in range(min(LONGEST_PHRASE, len(words) - place), 0, -1):
            said = " ".join(words[place : place + length])
            if (means := known.get(said)) is not None:
                break
        else:
            length, said = 1, words[place]
            means = drawn.get(squeezed(said)) if _DRAWN_OUT.search(said) else None
        yield _Phrase(said, means)
        place += length


def _in_answer_to(question: str, phrase: _Phrase, core: Sequence[str], language: str) -> _Phrase:
    """Return what the phrase means beside the question: "cancel" is no no where that is asked for."""
    if phrase.means in (None, "no") and core and may_repeat(phrase.said, core, language):
        return _Phrase(phrase.said, "asked")
    if phrase.means == "no" and says_itself(phrase.said, question, language):
        return _Phrase(phrase.said, "unsure")
    return phrase


def _agrees_by_itself(phrase: _Phrase, language: str) -> bool:
    """Say whether the phrase is a yes whatever stands beside it: "yes", "ok", "please"; "I did cancel" is not."""
    first = phrase.said.partition(" ")[0]
    begins_with_yes = phrase.means in AGREEING and meanings(language).get(first) in ("assent", "yes", "agrees")
    return phrase.means in ("assent", "polite") or begins_with_yes


def _sum(phrases: Sequence[Certain]) -> bool | None:
    """Return what the phrases say together, None when they contradict each other or say nothing."""
    if "asked" in phrases and not {"no", "not", "negation"}.isdisjoint(phrases):
        return None  # "no, I want it"
    if "seconds" in phrases and "assent" not in phrases:
        return None
    found: set[bool] = set()
    pending: Certain | None = None  # a "not" or a negation whose yes has not come yet
    for means in phrases:
        match means:
            case "harmless" | "asked" | "polite" | "seconds":
                continue
            case "unsure":
                return None
            case "assent" if pending == "negation":
                return None  # "I don't, yes"
            case "yes" | "assent":
                found.add(pending is None)
            case _ if pending is not None:
                return None  # "not wrong", "not no"
            case "no":
                found.add(False)
        pending = means if means in ("not", "negation") else None
    if pending == "not" and found:
        return None  # "yes, not": what is meant is left open
    if pending is not None:
        found.add(False)
    if not found:
        is_asked_for = "polite" in phrases and {*phrases} <= {"polite", "asked"}  # not "hello, please"
        return True if is_asked_for else None
    return found.pop() if len(found) == 1 else None
