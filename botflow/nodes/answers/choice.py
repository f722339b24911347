"""One of several options: by button, label, other word, number, or a word that is nearly right."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from botflow.engine.inbound import Inbound
from botflow.engine.text_folding import fold
from botflow.languages import base_language
from botflow.nodes.answers.expectation import Accepted, Expectation, Option, Reading, Refused
from botflow.nodes.answers.numbers import spoken_number

_NUMBER_WORDS = frozenset(("option", "number", "nummer", "opcion", "numero", "nr", "no", "choice", "choix", "wahl"))
_SHORTEST_FUZZY = 4  # letters; shorter words are one typing error away from too many others
_LONGEST = 500  # characters; a longer text is not a choice
_CLOSE_ENOUGH = 78.0  # per cent; "salat" is 80 to "salad"
_CLEAR_LEAD = 8.0
_NEGATIONS = {
    "en": frozenset(("not", "no", "don't", "dont", "never", "without", "neither", "except", "isn't", "nothing")),
    "de": frozenset(("nicht", "kein", "keine", "keinen", "nie", "ohne", "weder", "ausser", "nein")),
    "es": frozenset(("no", "sin", "ni", "nunca", "tampoco", "excepto", "nada")),
    "fr": frozenset(("pas", "non", "sans", "ni", "jamais", "sauf", "aucun", "aucune", "rien")),
}


def read_choice(expectation: Expectation, inbound: Inbound, language: str, region: str | None) -> Reading:
    """Accept one option: its id, with its label."""
    option = choose(expectation.choices, inbound, language)
    return Accepted(option.id, {"label": option.label}) if option else Refused("not_a_choice")


def choose(options: Sequence[Option], inbound: Inbound, language: str) -> Option | None:
    """Return the option that the person means, or None when no option fits or several do."""
    for option in options:
        if inbound.payload and inbound.payload == option.id:
            return option
    text = inbound.text or inbound.payload
    said = fold(text) if len(text) <= _LONGEST else ""
    if not said:
        return None
    names = [tuple(fold(name) for name in (option.label, option.id, *option.match)) for option in options]
    for column in (0, None):  # a label takes precedence over another option's synonym
        for option, known in zip(options, names, strict=True):
            if said in (known[:1] if column == 0 else known):
                return option
    return (
        _by_number(options, text, said, language)
        or _mentioned(options, names, said, language)
        or _nearly(options, names, said, language)
    )


def _by_number(options: Sequence[Option], text: str, said: str, language: str) -> Option | None:
    """Return the option whose number is the whole text: "2", "2.", "option 2", "two"."""
    words = said.split(" ")
    if len(words) == 2 and words[0] in _NUMBER_WORDS:
        text = said = words[1]
    number: int | float | None = None
    if said.isascii() and said.isdecimal():
        number = int(said[:4])
    elif len(words) <= 3:
        number = spoken_number(text, language)
    return options[number - 1] if isinstance(number, int) and 1 <= number <= len(options) else None


def _mentioned(options: Sequence[Option], names: Sequence[tuple[str, ...]], said: str, language: str) -> Option | None:
    """Return the one option whose name is in the text as whole words ("the pizza, please"), not negated."""
    if _is_negated(said, language):
        return None
    padded = f" {said} "
    found = [
        option
        for option, known in zip(options, names, strict=True)
        if any(len(name) > 1 and not name.isdecimal() and f" {name} " in padded for name in known)
    ]
    return found[0] if len(found) == 1 else None


def _nearly(options: Sequence[Option], names: Sequence[tuple[str, ...]], said: str, language: str) -> Option | None:
    """Return the option whose name is close to the text, if no other option is as close."""
    if len(said) > 80 or _is_negated(said, language):
        return None
    ratio = _ratio()
    words = said.split(" ")
    scored = sorted(
        ((max(_closeness(name, words, ratio) for name in known), at) for at, known in enumerate(names)),
        key=lambda score: -score[0],
    )
    best, at = scored[0]
    runner_up = scored[1][0] if len(scored) > 1 else 0.0
    return options[at] if best >= _CLOSE_ENOUGH and best - runner_up >= _CLEAR_LEAD else None


def _closeness(name: str, words: Sequence[str], ratio: Callable[[str, str], float]) -> float:
    """Return the similarity of `name` to the closest sequence of words in the text, in per cent."""
    if len(name) < _SHORTEST_FUZZY:
        return 0.0
    length = min(name.count(" ") + 1, len(words))
    return max(ratio(name, " ".join(words[at : at + length])) for at in range(len(words) - length + 1))


def _ratio() -> Callable[[str, str], float]:
    try:
        from rapidfuzz.fuzz import ratio
    except ImportError:
        from difflib import SequenceMatcher

        return lambda name, words: SequenceMatcher(None, name, words, autojunk=False).ratio() * 100
    return ratio


def _is_negated(said: str, language: str) -> bool:
    return not _NEGATIONS.get(base_language(language), _NEGATIONS["en"]).isdisjoint(said.split(" "))
