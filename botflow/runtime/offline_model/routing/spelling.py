"""Words with one slip of the finger: a letter too many, too few, wrong, or two swapped."""

from __future__ import annotations

from collections.abc import Iterable

_SHORTEST = 4  # a shorter word is one slip away from too many others
_SHORTEST_WRONG = 6  # letters; in a shorter word a wrong letter is not corrected: "lamp" is not a misspelt "damp"


class Spelling:
    """Finds the known word that a misspelt one is closest to, by what both are with one letter left out."""

    def __init__(self, vocabulary: Iterable[str]) -> None:
        self._known = frozenset(vocabulary)
        self._shortened: dict[str, str] = {}
        for word in sorted(self._known):
            for form in _forms(word):
                self._shortened.setdefault(form, word)

    def correct(self, word: str) -> str:
        """Return the known word that `word` is a misspelling of, or `word` itself when there is none."""
        if word in self._known or len(word) < _SHORTEST or not word.isalpha():
            return word
        for form in _forms(word):
            found = self._shortened.get(form)
            if found is not None and _is_slip(word, found):
                return found
        return word


def _is_slip(word: str, meant: str) -> bool:
    """True if `word` may be `meant` misspelt: both are the same with one letter left out of one or of each."""
    if len(word) != len(meant):
        return max(len(word), len(meant)) > _SHORTEST
    return len(word) >= _SHORTEST_WRONG or sorted(word) == sorted(meant)


def _forms(word: str) -> list[str]:
    if len(word) < _SHORTEST:
        return []
    return [word, *(word[:position] + word[position + 1 :] for position in range(1, len(word)))]
