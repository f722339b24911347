"""The redactor: masks given secrets in texts, in bytes, in plain JSON and in streams of text.

One automaton (Aho-Corasick) finds all forms of all secrets in one pass, so the cost is linear in the text, however many
secrets there are.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from typing import Any

import orjson

from botflow.redaction.forms import forms_of

MASK = "***"
_HEAD = 4  # bytes by which a stream recognises that a form may have begun


class Redactor:
    """Masks secrets in all their forms. It keeps nothing of what it reads, and its repr shows none of the secrets."""

    def __init__(self, secrets: Iterable[str]) -> None:
        from ahocorasick_rs import BytesAhoCorasick, Implementation, MatchKind

        self._forms = sorted(frozenset[bytes]().union(*map(forms_of, secrets)))
        # A deterministic automaton of one long secret, a key file, would take half a gigabyte.
        self._automaton = (
            BytesAhoCorasick(
                self._forms, matchkind=MatchKind.LeftmostLongest, implementation=Implementation.ContiguousNFA
            )
            if self._forms
            else None
        )

    def text(self, text: str) -> str:
        """Return `text` with every secret replaced by three stars."""
        content = text.encode("utf-8", "surrogatepass")
        found = self.found(content)
        return _joined(content, found).decode("utf-8", "surrogatepass") if found else text

    def content(self, content: bytes) -> bytes:
        """Return `content` with every secret masked: by three stars in text, by as many as it has bytes in binary
        content, where other places may be counted from its beginning."""
        found = self.found(content)
        if not found:
            return content
        try:
            content.decode("utf-8")
        except UnicodeDecodeError:
            return _starred(content, found)
        return _joined(content, found)

    def json(self, value: Any) -> Any:
        """Return plain JSON with every secret masked: in texts, in names, and in numbers that show one."""
        try:
            holds_one = bool(self.found(orjson.dumps(value)))  # a hundred times as fast as visiting each value
        except TypeError:  # a text with half of a character
            holds_one = True
        return self._json(value) if holds_one else value

    def json_content(self, stored: bytes) -> bytes:
        """Like `json`, for a value that is written as JSON."""
        return orjson.dumps(self._json(orjson.loads(stored))) if self.found(stored) else stored

    def _json(self, value: Any) -> Any:
        match value:
            case str():
                return self.text(value)
            case dict():
                return {self.text(name): self._json(item) for name, item in value.items()}
            case list() | tuple():
                return [self._json(item) for item in value]
            case int() | float() if not isinstance(value, bool):
                masked = self.text(written := str(value))
                return value if masked == written else masked
            case _:
                return value

    def found(self, content: bytes) -> list[tuple[int, int, int]]:
        """Return the index, start and end of every form in `content`."""
        return [] if self._automaton is None else self._automaton.find_matches_as_indexes(content)

    def stream(self) -> RedactedStream:
        """Return a new stream for a text that comes in pieces."""
        return RedactedStream(self, self._forms)

    def __repr__(self) -> str:
        return "Redactor()"


class RedactedStream:
    """Masks secrets in a text that comes in pieces: what may be the beginning of a secret waits for the next piece."""

    def __init__(self, redactor: Redactor, forms: list[bytes]) -> None:
        self._redactor = redactor
        self._forms = forms
        self._heads = frozenset(form[:length] for form in forms for length in range(1, _HEAD + 1))
        self._longest = max(map(len, forms), default=0)
        self._waiting = b""

    def take(self, piece: str) -> str:
        """Return what can be shown now of everything that was taken."""
        content = self._waiting + piece.encode("utf-8", "surrogatepass")
        end = self._beginning_in(content)
        shown, self._waiting = content[:end], content[end:]
        return self._redactor.text(shown.decode("utf-8", "surrogatepass"))

    def rest(self) -> str:
        """Return what still waits, at the end of the text."""
        waiting, self._waiting = self._waiting, b""
        return self._redactor.text(waiting.decode("utf-8", "surrogatepass"))

    def _beginning_in(self, content: bytes) -> int:
        """Return the first place from which on `content` may be the beginning of a form; its length if there is none.

        Such a place is less than the longest form away from the end, so the text in which to look is bounded. A place
        inside of a form that is complete does not count: that form is masked as a whole.
        """
        inside = [range(begin + 1, end) for _, begin, end in self._redactor.found(content)]
        for start in range(max(0, len(content) - self._longest + 1), len(content)):
            is_head = content[start : start + _HEAD] in self._heads
            if is_head and self._begins(content[start:]) and not any(start in form for form in inside):
                return start
        return len(content)

    def _begins(self, tail: bytes) -> bool:
        """Say whether some form begins with `tail`."""
        place = bisect_left(self._forms, tail)
        return place < len(self._forms) and self._forms[place].startswith(tail)


def _joined(content: bytes, found: list[tuple[int, int, int]]) -> bytes:
    return b"".join(_pieces(content, found))


def _pieces(content: bytes, found: list[tuple[int, int, int]]) -> Iterator[bytes]:
    shown = 0
    for _, start, end in found:
        yield content[shown:start]
        yield MASK.encode()
        shown = end
    yield content[shown:]


def _starred(content: bytes, found: list[tuple[int, int, int]]) -> bytes:
    masked = bytearray(content)
    for _, start, end in found:
        masked[start:end] = b"*" * (end - start)
    return bytes(masked)
