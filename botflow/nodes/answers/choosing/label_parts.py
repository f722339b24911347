"""An option by a part of its label: "card" for "Credit card", where no other option has that word.

Small words ("the", "with", "one") and words of the question name nothing by themselves. A part leaves out nothing that
turns the label round: "cheese" is not "No cheese", "account" is not "Delete account".
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from botflow.engine.text_folding import accents_agree, read_words
from botflow.languages import base_language
from botflow.nodes.answers.accounting import stem
from botflow.nodes.answers.choosing.choice_words import choice_words, known_words
from botflow.nodes.answers.choosing.question_words import changes
from botflow.nodes.answers.expectation import Option
from botflow.nodes.answers.lexicons import LEXICONS, lexicon_of
from botflow.nodes.answers.lexicons.lexicon import words

_SHORTEST = 2  # letters; a single one may be the letter of a list's item
# The opposite of what the rest of a label names, in any of the languages; by itself it names nothing.
_NEGATING = words("non free low zero anti off frei libre")
# What is done to what the rest of a label names. "Account" alone does not ask for its end.
_ENDING = words(
    "cancel delete remove stop end close refuse decline reject block unsubscribe "
    "stornieren absagen kundigen loschen entfernen beenden ablehnen sperren abbestellen "
    "cancelar anular eliminar borrar quitar terminar rechazar bloquear baja "
    "annuler supprimer resilier retirer arreter refuser bloquer"
)
_JOINING = words("and und y e et with mit con avec")
_SHORTEST_HEAD, _SHORTEST_MODIFIER = 5, 4  # letters of the parts of a German compound
_LINKS = ("", "s", "n", "en")  # between them
# A compound that begins with one of these is the opposite of its rest, or its end: "Nichtraucher", "Rückflug".
_REVERSING = tuple(
    words("nicht gegen ruck rueck ohne fehl anti storn kundig kuendig losch loesch entfern absag sperr abbest ablehn")
)
# They change a number or a day, but name an option well: "double" for "Double room".
_MEASURES = words(
    "half quarter double twice next other another "
    "halb halbe viertel doppelt nachste nachsten andere anderer "
    "medio media cuarto doble proximo proxima otro otra "
    "demi demie quart prochain prochaine autre"
)


class LabelParts:
    """The words of the labels of one question's options."""

    def __init__(self, options: Sequence[Option], language: str) -> None:
        self._language = language
        self._labels = [read_words(option.label) for option in options]
        self._holders: dict[str, set[int]] = {}
        for at, option in enumerate(options):
            for name in (option.label, *option.match):
                for word in read_words(name).words:
                    self._holders.setdefault(stem(word), set()).add(at)
        days = lexicon_of(language).calendar.weekdays
        self._days = {days.get(" ".join(label.words)): at for at, label in enumerate(self._labels)}
        self._turning = [{word for word in label.words if self._turns(word)} for label in self._labels]

    def holders_of(self, word: str) -> set[int]:
        """Return the options that have `word` in one of their names, in the singular or the plural."""
        return self._holders.get(stem(word), set())

    def part_at(self, word: str, marked: str) -> set[int]:
        """Return the options that `word`, of which `marked` has the accents, is a telling part of."""
        if not self._tells(word):
            return set()
        spelt = {
            at
            for at, label in enumerate(self._labels)
            for name, name_marked in zip(label.words, label.marked, strict=False)
            if name == word and accents_agree((marked,), (name_marked,))
        }
        return self._compounds_of(word) | (self.holders_of(word) if spelt else set())

    def day_at(self, word: str) -> set[int]:
        """Return the option whose label is the weekday of `word`: "mon" for "Monday"."""
        day = lexicon_of(self._language).calendar.weekdays.get(word)
        return {self._days[day]} if day is not None and day in self._days else set()

    def beside_at(self, word: str) -> set[int]:
        """Return the options with `word`, if it names none but belongs to what it stands beside: "sugar free"."""
        return self.holders_of(word) if word in _NEGATING else set()

    def leaves_out(self, at: int, said: Sequence[str]) -> bool:
        """Say whether the words `said` leave out one that turns the label round."""
        return not self._turning[at] <= set(said)

    def is_half(self, at: int, said: Sequence[str]) -> bool:
        """Say whether "only" leaves out what a label joins to its part: "colour only" is not "Colour and cut"."""
        own, only = self._labels[at].words, choice_words(self._language).only
        return not only.isdisjoint(said) and not _JOINING.isdisjoint(own) and not {*own} <= {*said}

    def _compounds_of(self, word: str) -> set[int]:
        """Return the options of which `word` is a part of a German compound: what it names ("Karte" of "Kreditkarte"),
        or what tells it from another one of its kind ("Herren" of "Herrenhaarschnitt")."""
        if base_language(self._language) != "de" or len(word) < _SHORTEST_HEAD or not self._tells(word):
            return set()
        return {
            at
            for at, label in enumerate(self._labels)
            for name in label.words
            if self._is_head(word, name) or self._is_modifier(word, name)
        }

    def _is_head(self, word: str, compound: str) -> bool:
        before = compound.removesuffix(word)
        return len(before) < len(compound) and len(before) >= _SHORTEST_MODIFIER and not before.startswith(_REVERSING)

    def _is_modifier(self, word: str, compound: str) -> bool:
        if not compound.startswith(word) or word.startswith(_REVERSING):
            return False
        heads = [compound[len(word) + len(link) :] for link in _LINKS if compound.startswith(word + link)]
        others = [name for label in self._labels for name in label.words if name != compound]
        return any(len(head) >= _SHORTEST_HEAD and name.endswith(head) for head in heads for name in others)

    def _tells(self, word: str) -> bool:
        is_number = word.isdecimal() or len(word) < _SHORTEST
        if is_number or word in _NEGATING:
            return False
        is_known = word in _small_words() or changes(word, self._language)
        return word in _MEASURES or word in _ENDING or not is_known

    def _turns(self, word: str) -> bool:
        own = word in _NEGATING or word in _ENDING or word in _MEASURES
        return own or any(changes(word, language) for language in LEXICONS)


@cache
def _small_words() -> frozenset[str]:
    """Return the words of every language that may stand around an option: labels may be in another language."""
    return frozenset().union(*(known_words(language) for language in LEXICONS))
