"""Numbers in digits: 1,234.5, 1 234 567, 12,34,567, .5, and a suffix such as k that is glued to them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite

from botflow.nodes.answers.accounting import Match
from botflow.nodes.answers.numbers.number_sum import Number
from botflow.nodes.answers.tokens import Token

_LONGEST = 40  # digits and separators
_GROUPED = re.compile(r"[0-9]{1,3}([.,' ])[0-9]{3}(?:\1[0-9]{3})*")
_INDIAN = re.compile(r"[0-9]{1,2}(?:,[0-9]{2})+,[0-9]{3}(?:\.[0-9]+)?")


@dataclass(frozen=True, slots=True)
class Digits:
    """Reads the number in digits that begins at a token. `decimal_comma`: "2.500" is two thousand five hundred."""

    suffixes: Mapping[str, int]
    decimal_comma: bool

    def __call__(self, tokens: Sequence[Token], at: int) -> Match[Number] | None:
        """Read digits with their separators, and a suffix such as k that is glued to them."""
        start = at
        if tokens[at].text in (".", ",") and at + 1 < len(tokens) and tokens[at + 1].kind == "digits":
            if not tokens[at + 1].glued or (at and tokens[at - 1].kind != "mark" and tokens[at].glued):
                return None
            start = at + 1
        if start >= len(tokens) or tokens[start].kind != "digits":
            return None
        text, end = tokens[start].text, start + 1
        while end + 1 < len(tokens) and tokens[end].glued and tokens[end].text in (".", ",", "'"):
            if not (tokens[end + 1].kind == "digits" and tokens[end + 1].glued):
                break
            text, end = text + tokens[end].text + tokens[end + 1].text, end + 2
        if start == at and text.isdecimal() and len(text) <= 3:
            text, end = self._spaced(tokens, text, end)
        if len(text) > _LONGEST:
            return None
        value = self._parsed(f"0.{text}" if start > at else text, is_point=start > at)
        return None if value is None else self._suffixed(tokens, Match(value, end))

    def _spaced(self, tokens: Sequence[Token], text: str, end: int) -> tuple[str, int]:
        """Take along groups of three digits that spaces separate: 1 234 567. One group alone may be two numbers."""
        groups, last, tail = 0, end, ""
        while last < len(tokens) and tokens[last].kind == "digits" and len(tokens[last].text) == 3:
            if tokens[last].glued:
                return text, end
            groups, last = groups + 1, last + 1
        grouped = text + "".join(token.text for token in tokens[end:last])
        has_mark = last + 1 < len(tokens) and tokens[last].glued and tokens[last].text in (".", ",")
        if has_mark and tokens[last + 1].kind == "digits" and tokens[last + 1].glued:
            tail, last = "." + tokens[last + 1].text, last + 2
        is_followed = last < len(tokens) and tokens[last].kind == "digits"
        if not groups or is_followed or (tail and not grouped.isdecimal()):
            return text, end
        if tail:
            return grouped + ("," if self.decimal_comma else ".") + tail[1:], last
        return grouped, last

    def _parsed(self, text: str, *, is_point: bool = False) -> Number | None:
        """Read digits with separators. One that is not followed by three digits can only be a decimal separator."""
        if text.isdecimal():
            return int(text)
        decimal = "," if self.decimal_comma else "."
        grouped = _GROUPED.fullmatch(text)
        if not is_point and grouped and (grouped[1] != decimal or text.count(decimal) > 1):
            return int(re.sub(r"[^0-9]", "", text))
        if not self.decimal_comma and _INDIAN.fullmatch(text):
            return float(text.replace(",", "")) if "." in text else int(text.replace(",", ""))
        mark = max(".", ",", key=text.rfind)  # the last one
        whole, _, fraction = text.rpartition(mark)
        if not whole or not fraction.isdecimal():
            return None
        if not whole.isdecimal():
            separated = _GROUPED.fullmatch(whole)
            if separated is None or separated[1] == mark:
                return None
            whole = re.sub(r"[^0-9]", "", whole)
        number = float(f"{whole}.{fraction}")
        return number if isfinite(number) else None

    def _suffixed(self, tokens: Sequence[Token], literal: Match[Number]) -> Match[Number]:
        at = literal.end
        if at < len(tokens) and tokens[at].glued and tokens[at].raw in self.suffixes:
            return Match(literal.value * self.suffixes[tokens[at].raw], at + 1)
        return literal
