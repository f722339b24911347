"""The words and signs that may stand beside a number.

Some that are harmless beside a day or a time are not so here: "con 4" may add to what stands before it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from botflow.nodes.answers.accounting import Harmless
from botflow.nodes.answers.tokens import Token


@dataclass(frozen=True, slots=True)
class BesideNumber:
    """Skips what `harmless` skips, but for words that change a number."""

    harmless: Harmless

    def __call__(self, tokens: Sequence[Token], at: int) -> int:
        """Return how many tokens from `at` on are harmless beside a number, 0 if the first one is not."""
        length = self.harmless(tokens, at)
        return 0 if length == 1 and self._changes(tokens, at) else length

    def _changes(self, tokens: Sequence[Token], at: int) -> bool:
        return at > 0 and tokens[at].text in self.harmless.lexicon.and_words
