"""Whether a message is clearly one of the texts that an author wrote for a choice, and not merely near to one.

For interrupts at a question that takes any text: there, nearly every message is the answer. So a message counts only if
it says nothing else than the author's texts do, says what one of them says, and denies as much as that one does.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from botflow.engine.asks import Choice
from botflow.runtime.offline_model.features import Words
from botflow.runtime.offline_model.routing.example_index import ExampleIndex
from botflow.runtime.offline_model.routing.negations import is_denying, without_plain_no
from botflow.runtime.offline_model.routing.spelling import Spelling

_ELIDED = re.compile(r"\b([cdjlmnst]|qu)['’]", re.IGNORECASE)
LONGEST = 2_500  # characters of a message
SMALL_WORD = 0.3  # what a word such as "where" and "my" counts beside one that says what a text is about
MOST_SAID = 2 / 3  # of the words that say what a text is about: so many of a long one must be in the message
ONE_WORD_SAID = 0.7  # of a text with one such word: "my order" is not "where is my order"
HALF_SAID = 0.5  # of a text, by a message with one word of it that the question does not take
_AUXILIARIES = frozenset(("do", "does", "did"))  # "do not", "don't"
_LONG = 3  # words that say what a text is about


class _Said(NamedTuple):
    """What a text is about, its other words, and whether it denies something."""

    content: frozenset[str]
    small: frozenset[str]
    is_denied: bool


_NOTHING = _Said(frozenset(), frozenset(), is_denied=False)


class OwnTexts:
    """The texts of one set of choices. Deterministic; a message costs time in proportion to its first words."""

    def __init__(self, choices: Sequence[Choice], words: Words, examples: ExampleIndex) -> None:
        self._examples = examples
        self._words = words
        written = [(choice.handle, text) for choice in choices for text in _texts(choice)]
        stems = {words.stem(token) for _, text in written for token in self._tokens(text)}
        self._spelling = Spelling(stems | set(words.vocabulary()))
        self._texts = [(handle, self._read(text)) for handle, text in written]
        self._known: dict[str, frozenset[str]] = {}
        for handle, said in self._texts:
            self._known[handle] = self._known.get(handle, frozenset()) | said.content

    def find(self, text: str) -> str | None:
        """Return the handle of the only choice that `text` clearly means, or None."""
        if (exactly := self._examples.find(text)) is not None:
            return exactly
        said = self._read(without_plain_no(text[:LONGEST]))
        found = {handle for handle, own in self._texts if said.content <= self._known[handle] and _says(said, own)}
        return found.pop() if len(found) == 1 else None

    def denies(self, handle: str, text: str) -> bool:
        """Say whether the text of a choice that a message is nearest to denies something."""
        return self._nearest(self._read(text[:LONGEST]), handle).is_denied

    def is_near(self, text: str, handle: str, *, fewest: int = 1) -> bool:
        """Say whether `text` shares words with a choice, and denies no more and no less than the text it is nearest to.

        `fewest` of them must say what that text is about. One word alone is not enough, unless it comes with most small
        words of that text: "how is the weather".
        """
        said = self._read(without_plain_no(text[:LONGEST]))
        texts = [own for owner, own in self._texts if owner == handle]
        nearest = self._nearest(said, handle)
        if len(said.content & nearest.content) < fewest or said.is_denied != nearest.is_denied:
            return False
        return len(said.content) > 1 or any(_share(said, own) >= HALF_SAID for own in texts)

    def _nearest(self, said: _Said, handle: str) -> _Said:
        texts = [own for owner, own in self._texts if owner == handle]
        return max(texts, key=lambda own: len(said.content & own.content), default=_NOTHING)

    def _tokens(self, text: str) -> list[str]:
        return self._words.tokens(_ELIDED.sub(r"\1 ", text) if self._words.language == "fr" else text)

    def _read(self, text: str) -> _Said:
        tokens = self._tokens(text)
        denied = [is_denying(token, self._words.language) for token in tokens]
        small = frozenset(token for token in tokens if self._words.is_stop_word(token) or len(token) == 1)
        stems = [self._words.stem(token) for token in tokens]
        stems = [
            stem if token in small else self._spelling.correct(stem) for stem, token in zip(stems, tokens, strict=True)
        ]
        content = {
            stem
            for stem, token, is_denied in zip(stems, tokens, denied, strict=True)
            if token not in small and not is_denied
        }
        for start, length, concept in self._words.concepts(stems):
            if not content.isdisjoint(stems[start : start + length]):
                content = content.difference(stems[start : start + length]) | {concept}
        denying = frozenset(token for token, is_denied in zip(tokens, denied, strict=True) if is_denied)
        return _Said(frozenset(content), small - denying - _AUXILIARIES, is_denied=bool(denying))


def _texts(choice: Choice) -> Iterable[str]:
    return (text for text in (choice.description, *choice.examples) if text.strip())


def _says(said: _Said, own: _Said) -> bool:
    """Say whether a message says what one of the author's texts says."""
    common = said.content & own.content
    if not common or said.is_denied != own.is_denied:
        return False
    if len(own.content) == 1:
        return _share(said, own) >= ONE_WORD_SAID
    return len(common) == len(own.content) or (
        len(own.content) >= _LONG and len(common) / len(own.content) >= MOST_SAID
    )


def _share(said: _Said, own: _Said) -> float:
    """Return how much of an author's text a message says: 1 for all of it."""
    common = len(said.content & own.content) + SMALL_WORD * len(said.small & own.small)
    return common / (len(own.content) + SMALL_WORD * len(own.small))
