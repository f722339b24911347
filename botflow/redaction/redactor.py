"""The redactor: masks given secrets in texts, in bytes, in plain JSON and in streams of text.

One automaton (Aho-Corasick) finds all forms of all secrets in one pass, so the cost is linear in the text, however many
secrets there are. It finds those that overlap, too: the end of a host name may be the beginning of a password.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator
from operator import itemgetter
from typing import Any

import orjson

from botflow.redaction.forms import forms_of

MASK = "***"
_HEAD = 4  # bytes by which a stream recognises that a form may have begun
BLOCK = 256 * 1024  # bytes that are searched at once: in a row of zeros a secret of zeros begins at each of them

Span = tuple[int, int]  # start and end, in bytes


class Redactor:
    """Masks secrets in all their forms. It keeps nothing of what it reads, and its repr shows none of the secrets."""

    def __init__(self, secrets: Iterable[str]) -> None:
        from ahocorasick_rs import BytesAhoCorasick, Implementation, MatchKind

        self._forms = sorted(frozenset[bytes]().union(*map(forms_of, secrets)))
        self._longest = max(map(len, self._forms), default=0)
        # A deterministic automaton of one long secret, a key file, would take half a gigabyte.
        self._automaton = (
            BytesAhoCorasick(self._forms, matchkind=MatchKind.Standard, implementation=Implementation.ContiguousNFA)
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
                return dict(zip(self._names(value), map(self._json, value.values()), strict=True))
            case list() | tuple():
                return [self._json(item) for item in value]
            case int() | float() if not isinstance(value, bool):
                masked = self.text(written := str(value))
                return value if masked == written else masked
            case _:
                return value

    def _names(self, names: Iterable[str]) -> list[str]:
        """Return the names of an object, masked; of two that would be equal one gets a number: no value is lost."""
        masked = {name: self.text(name) for name in names}
        taken = {name for name, shown in masked.items() if shown == name}
        counted = Counter[str]()
        for name, shown in masked.items():
            if shown == name:
                continue
            while masked[name] in taken:
                counted[shown] += 1
                masked[name] = f"{shown} {counted[shown] + 1}"
            taken.add(masked[name])
        return list(masked.values())

    def found(self, content: bytes) -> list[Span]:
        """Return every part of `content` that is a form, or several that overlap; in their order."""
        if len(content) <= BLOCK:
            return self._found_at_once(content)
        return _united(
            (0, start + begin, start + end)
            for start in range(0, len(content), BLOCK)
            for begin, end in self._found_at_once(content[start : start + BLOCK + self._longest])
        )

    def _found_at_once(self, content: bytes) -> list[Span]:
        if self._automaton is None:
            return []
        return _united(self._automaton.find_matches_as_indexes(content, overlapping=True))

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
        self._masked = 0  # bytes at the beginning of `_waiting` whose stars are shown already

    def take(self, piece: str) -> str:
        """Return what can be shown now of everything that was taken."""
        content = self._waiting + piece.encode("utf-8", "surrogatepass")
        return self._shown(content, self._beginning_in(content))

    def rest(self) -> str:
        """Return what still waits, at the end of the text."""
        return self._shown(self._waiting, len(self._waiting))

    def _shown(self, content: bytes, end: int) -> str:
        """Return `content` up to `end`, masked; the rest waits. A secret that goes on behind `end` is masked now."""
        if end == 0:
            self._waiting = content
            return ""
        found = self._redactor.found(content)
        before = self._masked
        if before:
            found = _united([(0, 0, before), *((0, *span) for span in found)])
        shown, self._masked = b"", 0
        at = 0
        for start, stop in found:
            if start >= end:
                break
            shown += content[at:start] + (b"" if before and start == 0 else MASK.encode())
            at = min(stop, end)
            self._masked = max(0, stop - end)
        self._waiting = content[end:]
        return (shown + content[at:end]).decode("utf-8", "surrogatepass")

    def _beginning_in(self, content: bytes) -> int:
        """Return the first place from which on `content` may be the beginning of a form; its length if there is none.

        Such a place is less than the longest form away from the end, so the text in which to look is bounded.
        """
        for start in range(max(0, len(content) - self._longest + 1), len(content)):
            if content[start : start + _HEAD] in self._heads and self._begins(content[start:]):
                return start
        return len(content)

    def _begins(self, tail: bytes) -> bool:
        """Say whether some form begins with `tail`."""
        place = bisect_left(self._forms, tail)
        return place < len(self._forms) and self._forms[place].startswith(tail)


def _united(found: Iterable[tuple[int, int, int]]) -> list[Span]:
    """Return the spans of matches (index, start, end) in their order; those that overlap are one."""
    united: list[Span] = []
    for _, start, end in sorted(found, key=itemgetter(1)):
        if united and start < united[-1][1]:
            united[-1] = (united[-1][0], max(end, united[-1][1]))
        else:
            united.append((start, end))
    return united


def _joined(content: bytes, found: list[Span]) -> bytes:
    return b"".join(_pieces(content, found))


def _pieces(content: bytes, found: list[Span]) -> Iterator[bytes]:
    shown = 0
    for start, end in found:
        yield content[shown:start]
        yield MASK.encode()
        shown = end
    yield content[shown:]


def _starred(content: bytes, found: list[Span]) -> bytes:
    masked = bytearray(content)
    for start, end in found:
        masked[start:end] = b"*" * (end - start)
    return bytes(masked)
