"""The reasoning that some models write before their answer: `<think>...</think>`. It is never part of the answer."""

from __future__ import annotations

import re

_OPENING = ("<think>", "<thinking>", "<reasoning>")
_CLOSING = re.compile(r"</(?:think|thinking|reasoning)>")
_LONGEST_TAG = 12  # characters of a closing tag: as much of the end is kept while looking for it
_BEFORE = "\ufeff \t\r\n"


def without_reasoning(text: str) -> str:
    """Return `text` without the reasoning at its beginning; "" when the reasoning has no end.

    What comes before a closing tag is reasoning too: some servers' templates begin it before the model speaks.
    """
    said = text.lstrip(_BEFORE)
    closings = list(_CLOSING.finditer(said))
    if closings:
        return said[closings[-1].end() :].lstrip(_BEFORE)
    return "" if said.startswith(_OPENING) else said


class SpokenPieces:
    """Passes on the pieces of a streamed answer that come behind its reasoning."""

    def __init__(self) -> None:
        self._held = ""
        self._is_thinking = False
        self._has_begun = False

    def take(self, piece: str) -> str:
        """Take a piece; return what may be said by now."""
        if self._has_begun:
            return piece
        self._held = (self._held + piece) if self._is_thinking else (self._held + piece).lstrip(_BEFORE)
        if self._is_thinking:
            return self._behind_reasoning()
        if self._held.startswith(_OPENING):
            self._is_thinking = True
            return self._behind_reasoning()
        if not self._held or any(tag.startswith(self._held) for tag in _OPENING):
            return ""
        return self.rest()

    def rest(self) -> str:
        """Return what was held back and is no reasoning: the beginning of a tag that did not become one."""
        self._has_begun = not self._is_thinking
        said, self._held = ("" if self._is_thinking else self._held), ""
        return said

    def _behind_reasoning(self) -> str:
        closing = _CLOSING.search(self._held)
        if closing is None:
            self._held = self._held[-_LONGEST_TAG:]
            return ""
        self._held, self._is_thinking = self._held[closing.end() :], False
        return self.take("")
