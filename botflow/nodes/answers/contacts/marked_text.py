"""How an address is set off from the words around it: blanks, brackets, quotes, Markdown and labels."""

from __future__ import annotations

import re

from botflow.nodes.answers.contacts.contact_text import FRIENDLY, Span, is_known
from botflow.nodes.answers.contacts.contact_words import Lexicon, folded_word

_LINK = re.compile(r"\[([^\[\]]{0,200})\]\(([^()\s]{1,2000})\)")
_OPENING = FRIENDLY | frozenset('([{<"\u201c\u201d\u201e\u00ab\u00bb\u2039\u203a\u00a1\u00bf')
_CLOSING = frozenset(')]}>"\u201c\u201d\u201e\u00ab\u00bb\u2039\u203a.,;:!?\u2026')
_EMPHASIS = "*_`'"
_LABEL = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*\Z")
_WORDS = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*")


def without_links(text: str, words: Lexicon) -> str:
    """Return `text` with the target alone for each Markdown link whose label is not an address of its own.

    A label with a word that could change the value stays, and so the answer is refused.
    """

    def target(link: re.Match[str]) -> str:
        label, address = link[1].strip(), link[2]
        if "@" in label or "." in label:
            return f" {label} {address} "
        folded = [folded_word(word) for word in _WORDS.findall(label)]
        return link[0] if any(word in words.changing for word in folded) else f" {address} "

    return _LINK.sub(target, text) if "](" in text else text


def is_marked_off(text: str, start: int, end: int, words: Lexicon) -> Span | None:
    """Return the span of a value that begins and ends visibly, with its brackets and marks; None for one that may be
    a piece of something longer."""
    value = text[start:end]
    start, end, is_marked = _with_emphasis(text, start, end)
    label = ""
    if text[start - 1 : start] == ":":
        label = _label(text, start, words)
        if not label:
            return None
        start, is_marked = start - len(label) - 1, True
    if start and not text[start - 1].isspace() and text[start - 1] not in _OPENING:
        return None
    if label == "mailto" and text.startswith("?", end):  # mailto:ann@example.com?subject=Hello
        while end < len(text) and not text[end].isspace() and text[end] not in ">)":
            end += 1
    if text[start - 1 : start] == "<" and text.startswith(">", end):
        is_marked = True
    if text.startswith("/", end):  # the end of a web address, and no sign of a path
        end += 1
    while end < len(text) and text[end] in _CLOSING:
        end += 1
    return Span(start, end, value, is_marked) if end == len(text) or text[end].isspace() else None


def _with_emphasis(text: str, start: int, end: int) -> tuple[int, int, bool]:
    """Take the same marks before and behind the value into it: *ann@example.com*."""
    is_marked = False
    while start and text[start - 1] in _EMPHASIS and text.startswith(text[start - 1], end):
        start, end, is_marked = start - 1, end + 1, True
    return start, end, is_marked


def _label(text: str, start: int, words: Lexicon) -> str:
    """Return the harmless word that ends with the colon before `start`, "" without one."""
    found = _LABEL.search(text, max(0, start - 30), start - 1)
    if found is None or (
        found.start() and not (text[found.start() - 1].isspace() or text[found.start() - 1] in _OPENING)
    ):
        return ""
    return found[0] if is_known(folded_word(found[0]), words) else ""
