"""What a phrase means at its question, where the phrase alone does not tell: "fine", "I do", "no problem".

A wrong yes is worse than to ask again: what may be meant in two ways is "unsure", or only "seconds" a plain yes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from botflow.nodes.answers.accounting import stem
from botflow.nodes.answers.choosing.yes_no_questions import AskedAbout, QuestionKind
from botflow.nodes.answers.choosing.yes_no_words import Certain, Meaning, squeezed
from botflow.nodes.answers.lexicons.lexicon import words

_AT: Mapping[Meaning, Mapping[QuestionKind, Certain]] = {
    "agrees": {"open": "yes", "consent": "yes", "offer": "yes", "wish": "yes", "more": "seconds", "fact": "seconds"},
    "content": {
        "open": "yes",
        "consent": "yes",
        "offer": "yes",
        "wish": "seconds",
        "more": "unsure",
        "fact": "seconds",
    },
    "yes": {"more": "seconds"},
    "polite": {"fact": "harmless"},
}
# Answers that say even at "Do you mind?" what is meant.
_PLAIN_YES = words("yes yeah yep yup ya yea aye y 1 +1 ja jo jep jap jup jau jawohl j si sip sipi s oui ouais ouep o")
_PLAIN_NO_WORDS = words("no nope nah nein ne nee noe non nan")
_PLAIN_NO = frozenset(
    (
        *("no", "nope", "nah", "n", "0", "not at all", "not really", "of course not", "absolutely not"),
        *("definitely not", "certainly not", "nein", "ne", "nee", "noe", "gar nicht", "uberhaupt nicht", "keineswegs"),
        *("nicht wirklich", "naturlich nicht", "para nada", "en absoluto", "claro que no", "por supuesto que no"),
        *("non", "nan", "pas du tout", "pas vraiment", "aucunement", "nullement", "bien sur que non"),
    )
)
_NOT_MINDING = ("i don't mind", "i do not mind", "no me importa")
_DENYING = words("no not kein keine sin pas aucun aucune sans")
_AUXILIARY = r"do|does|did|am|is|are|was|were|can|could|will|would|have|has|had"
_ECHO = re.compile(rf"(?:i|we|it|that|this|they|he|she) ?(?P<word>'m|'s|'re|wo|ca|{_AUXILIARY})(?:n't|nt|not| not)?$")
_ASKING = re.compile(rf"\b(?:{_AUXILIARY})(?=n't|\b)")
_ROOTS = {"does": "do", "'m": "be", "am": "be", "'s": "be", "is": "be", "'re": "be", "are": "be", "were": "was"} | {
    "ca": "can",
    "could": "can",
    "wo": "will",
    "has": "have",
}
_OF_THE_PAST = ("did", "have", "had", "was")


@dataclass(frozen=True, slots=True)
class Beside:
    """Whether an answer has a no, thanks, or consent such as "great"."""

    is_denied: bool
    is_thanked: bool
    is_consent: bool


def is_plain(said: str) -> bool:
    """Say whether a word is a yes or a no at any question that does not turn it round."""
    return said in _PLAIN_YES or said in _PLAIN_NO_WORDS


def means_at(said: str, means: Meaning, asked: AskedAbout, beside: Beside) -> Certain:
    """Return what the phrase means at the question, in an answer with `beside`."""
    match means:
        case "at ease" if beside.is_denied or asked.kind == "open":
            return "harmless"
        case "at ease":
            return "unsure" if asked.kind in ("more", "trouble", "minding") else "seconds"
        case "echo" if beside.is_consent and asked.kind in ("fact", "wish", "more"):
            return "seconds"  # "I am great" is no "I am"
        case "echo":
            return _echo(said, asked)
        case _ if asked.kind == "trouble":
            return _about_trouble(said, means, asked)
        case _ if asked.kind == "minding":
            return "unsure" if means == "no" and beside.is_thanked else _about_minding(said, means, asked)
        case "contradicts":
            return "assent" if asked.is_negated or asked.kind == "open" else "seconds"
        case "content" if asked.kind == "offer" and beside.is_thanked:
            return "seconds"  # "c'est bon, merci" may decline
        case "agrees" | "content":
            return _AT[means][asked.kind]
        case "no" | "negation" if asked.kind == "fact" and _echoes(said, asked) is False:
            return "unsure"  # "I didn't" at "Do you smoke?"
        case _:
            return _AT.get(means, {}).get(asked.kind, means)


def _about_trouble(said: str, means: Meaning, asked: AskedAbout) -> Certain:
    first, last = said.split()[0], said.split()[-1]
    if asked.trouble and first in _DENYING and stem(last) == stem(asked.trouble):
        return "no"  # "no objections" at "Any objections?"
    match means:
        case "assent":
            return "assent" if squeezed(said) in _PLAIN_YES and not asked.is_negated else "unsure"
        case "yes":
            return "seconds"
        case "agrees" | "content" | "contradicts" | "polite" | "echo" | "at ease":
            return "unsure"
        case _:
            return means


def _about_minding(said: str, means: Meaning, asked: AskedAbout) -> Certain:
    """Return what the phrase means at "Do you mind?", where many say "yes" to agree: only "yes, I do" is a yes."""
    match means:
        case "no" | "negation":
            is_plain = said in _PLAIN_NO or squeezed(said) in _PLAIN_NO or _echoes(said, asked)
            return means if is_plain else "unsure"
        case "assent" | "yes" if squeezed(said) in _PLAIN_YES or means == "yes":
            return "seconds"
        case "unsure" if said in _NOT_MINDING:
            return "no"
        case "harmless" | "asked":
            return means
        case _:
            return "unsure"


def _echo(said: str, asked: AskedAbout) -> Certain:
    if asked.kind == "open":
        return "yes"
    if _echoes(said, asked):
        return "assent"
    found = _ECHO.match(said)
    return "unsure" if found and _root(found["word"]) in _OF_THE_PAST else "seconds"


def _echoes(said: str, asked: AskedAbout) -> bool | None:
    """Say whether the phrase ends in an auxiliary of the question: "I do", "it isn't"; None if it ends in none."""
    found = _ECHO.match(said)
    return None if found is None else _root(found["word"]) in {_root(each) for each in _ASKING.findall(asked.text)}


def _root(auxiliary: str) -> str:
    return _ROOTS.get(auxiliary, auxiliary)
