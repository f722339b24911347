"""The text of an HTML e-mail, for programs that show no HTML: paragraphs, lists, links with their addresses.

Python's own parser reads it in one pass; scripts and styles are left out.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser

_SKIPPED = frozenset(("script", "style", "head", "title", "template"))
_BLOCKS = frozenset(
    (
        *("address", "article", "blockquote", "div", "dl", "dd", "dt", "footer", "form", "h1", "h2", "h3", "h4", "h5"),
        *("h6", "header", "hr", "main", "nav", "ol", "p", "pre", "section", "table", "tr", "ul"),
    )
)
_PARAGRAPHS = frozenset(("blockquote", "h1", "h2", "h3", "h4", "h5", "h6", "ol", "p", "pre", "table", "ul"))
_BLANKS = re.compile(r"[ \t\r\n\f]+")
_EMPTY_LINES = re.compile(r"\n{3,}")
_AROUND_LINES = re.compile(r" *\n *")


def text_of(html: str) -> str:
    """Return the words of an HTML document, line by line."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    text = _AROUND_LINES.sub("\n", "".join(reader.pieces))
    return _EMPTY_LINES.sub("\n\n", text).strip()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self._skipped = 0
        self._links: list[tuple[str, int]] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag in _SKIPPED:
            self._skipped += 1
        elif tag == "br":
            self.pieces.append("\n")
        elif tag == "li":
            self.pieces.append("\n- ")
        elif tag == "img":
            self.handle_data(dict(attributes).get("alt") or "")
        elif tag in ("td", "th"):
            self.pieces.append(" ")
        elif tag == "a":
            self._links.append((dict(attributes).get("href") or "", len(self.pieces)))
        self._break(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in _SKIPPED:
            self._skipped = max(0, self._skipped - 1)
        elif tag == "a" and self._links:
            address, begin = self._links.pop()
            words = "".join(self.pieces[begin:])
            if address.startswith(("https://", "http://")) and address not in words:
                self.pieces.append(f" ({address})")
        self._break(tag)

    def handle_data(self, data: str) -> None:
        if not self._skipped:
            self.pieces.append(_BLANKS.sub(" ", data))

    def _break(self, tag: str) -> None:
        if tag in _PARAGRAPHS:
            self.pieces.append("\n\n")
        elif tag in _BLOCKS:
            self.pieces.append("\n")
