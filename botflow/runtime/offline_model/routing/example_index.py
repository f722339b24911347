"""The author's examples: a message that is one of them means its route, whatever its words are."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Callable, Sequence

from botflow.engine.asks import Choice
from botflow.engine.text_folding import fold

_ROUND_ABOUT = 100  # characters of spaces and signs that a message may have beside an example's own


class ExampleIndex:
    """Finds the route of a message that is an example; letters and signs as they are come before folded ones.

    An example that several routes claim means none of them: "papa" and "papá" are two examples, "hello" twice is none.
    """

    def __init__(self, choices: Sequence[Choice]) -> None:
        self._written = _index(choices, _as_written)
        self._folded = _index(choices, _folded)
        longest = max((len(example) for choice in choices for example in choice.examples), default=0)
        self._longest = 2 * longest + _ROUND_ABOUT

    def find(self, text: str) -> str | None:
        """Return the handle of the route that has `text` as an example, or None."""
        if len(text) > self._longest:
            return None
        written = _as_written(text)
        if written in self._written:
            return self._written[written]
        return self._folded.get(_folded(text))


def _index(choices: Sequence[Choice], plain: Callable[[str], str]) -> dict[str, str | None]:
    claimed: defaultdict[str, set[str]] = defaultdict(set)
    for choice in choices:
        for example in choice.examples:
            if example.strip():
                claimed[plain(example)].add(choice.handle)
    return {text: next(iter(handles)) if len(handles) == 1 else None for text, handles in claimed.items()}


def _as_written(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _folded(text: str) -> str:
    return fold(text).replace("'", "").replace("’", "")
