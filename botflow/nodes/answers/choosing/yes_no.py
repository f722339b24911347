"""Yes and no, as people say them. Every word must belong to a known phrase: "yes, if it is cheap" is asked again."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from botflow.engine.inbound import Inbound
from botflow.engine.text_folding import read_words
from botflow.languages import base_language
from botflow.nodes.answers.choosing.yes_no_words import (
    EMOJI,
    LONGEST_PHRASE,
    WHOLE,
    Meaning,
    drawn_out,
    meanings,
    squeezed,
)
from botflow.nodes.answers.expectation import Accepted, Expectation, Reading, Refused

_MOST_WORDS = 40
_DRAWN_OUT = re.compile(r"(.)\1{2}|(.)\2$")  # "yeees", "yess"; not "noon"
_QUESTION = re.compile("[?？؟]")
_NOT_ASKING = ("why not", "warum nicht", "por que no", "como no", "pourquoi pas")  # a yes with a question mark


def read_yes_no(expectation: Expectation, inbound: Inbound, language: str, region: str | None) -> Reading:
    """Accept a yes (True) or a no (False); an unclear answer, or one with both, is refused."""
    means = meaning(inbound.payload or inbound.text, language)
    return Refused("not_yes_no") if means is None else Accepted(means)


def meaning(text: str, language: str) -> bool | None:
    """Return whether `text` means yes or no in `language` (or in English), or None. Takes linear time."""
    words = read_words(text).words
    said = " ".join(words)
    for known in (WHOLE.get(base_language(language), {}), WHOLE[""]):
        if said in known and not any(emoji in text for emoji in EMOJI):
            return known[said]
    if len(words) > _MOST_WORDS or (_QUESTION.search(text) and not said.endswith(_NOT_ASKING)):
        return None
    drawn = [EMOJI[character] for character in text if character in EMOJI]
    for each in dict.fromkeys((base_language(language), "en")):
        phrases = list(_phrases(words, meanings(each), drawn_out(each)))
        if None not in phrases:
            return _sum([*(phrase for phrase in phrases if phrase is not None), *drawn])
    return None


def _phrases(
    words: tuple[str, ...], known: Mapping[str, Meaning], drawn: Mapping[str, Meaning]
) -> Iterator[Meaning | None]:
    """Yield what the longest known phrase at each place means; None for a word of no phrase, which ends it."""
    place = 0
    while place < len(words):
        for length in range(min(LONGEST_PHRASE, len(words) - place), 0, -1):
            if (means := known.get(" ".join(words[place : place + length]))) is not None:
                break
        else:
            length = 1
            means = drawn.get(squeezed(words[place])) if _DRAWN_OUT.search(words[place]) else None
        yield means
        if means is None:
            return
        place += length


def _sum(phrases: Iterable[Meaning]) -> bool | None:
    """Return what the phrases say together, None when they contradict each other or say nothing."""
    found: set[bool] = set()
    pending: Meaning | None = None  # a "not" or a negation whose yes has not come yet
    is_asked_for = False
    for means in phrases:
        match means:
            case "harmless":
                continue
            case "polite":
                is_asked_for = True
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
        return True if is_asked_for else None
    return found.pop() if len(found) == 1 else None
