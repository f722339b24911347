"""Numbers in tokens: digits with separators, number words, both mixed, multipliers, halves and fractions.

The words are put together as people say them: units, tens and hundreds make a group, a scale multiplies it, and each
scale is smaller than the one before ("two million three hundred thousand and five").
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from botflow.nodes.answers.accounting import Match, longest, looked_up
from botflow.nodes.answers.beginnings import may_begin_number
from botflow.nodes.answers.lexicons.lexicon import Lexicon, Piece
from botflow.nodes.answers.numbers.number_digits import Digits
from botflow.nodes.answers.numbers.number_sum import Number, Sum, plain_number
from botflow.nodes.answers.tokens import Token

_MOST_DIGITS = 40
_PLAIN_FRACTIONS = {("1", "2"): 0.5, ("1", "4"): 0.25, ("3", "4"): 0.75, ("1", "3"): 1 / 3, ("2", "3"): 2 / 3}
_LARGEST_DENOMINATOR = 100


@dataclass(frozen=True, slots=True)
class NumberGrammar:
    """Reads the number that begins at a token. `decimal_comma`: "2.500" is two thousand five hundred."""

    lexicon: Lexicon
    decimal_comma: bool = False
    units: frozenset[str] = frozenset()  # may be glued to digits: "72kg"

    def __call__(self, tokens: Sequence[Token], at: int) -> Match[Number] | None:
        if not may_begin_number(tokens[at], self.lexicon):
            return None
        sign, start = self._sign(tokens, at)
        match = self._magnitude(tokens, start)
        if match is None or (start > at and not _is_sign(tokens, at, match.end)):
            return None
        return Match(plain_number(sign * match.value), match.end, match.weak and start == at)

    @property
    def _digits(self) -> Digits:
        return Digits(self.lexicon.numbers.suffixes, self.decimal_comma)

    def whole(self, tokens: Sequence[Token], at: int) -> Match[Number] | None:
        """Return the number in digits or in words that begins at `at`, without sign, fraction or multiplier."""
        if not may_begin_number(tokens[at], self.lexicon):
            return None
        return self._digits(tokens, at) or self._cardinal(tokens, at)

    def _sign(self, tokens: Sequence[Token], at: int) -> tuple[int, int]:
        token = tokens[at]
        if token.text in ("+", "-") and token.kind == "mark" and not (token.glued and at):
            return (-1 if token.text == "-" else 1), at + 1
        return (-1, at + 1) if token.text in self.lexicon.numbers.negative else (1, at)

    def _magnitude(self, tokens: Sequence[Token], at: int) -> Match[Number] | None:
        if at >= len(tokens):
            return None
        found = self._shared(tokens, at) or self._whole_phrase(tokens, at)
        if found is not None:
            return found
        is_signed = at > 0 and tokens[at - 1].text == "-" and tokens[at].glued
        if is_signed and tokens[at].text in ("$", "€", "£", "¥") and at + 1 < len(tokens):  # -$20
            at += 1
        literal = self._digits(tokens, at)
        if literal is not None:
            fraction = self._plain_fraction(tokens, literal)
            if fraction is not None:
                return fraction
            if _is_followed_closely(tokens, literal.end) and tokens[literal.end].text not in self.units:
                return None
        match = self._cardinal(tokens, at, literal)
        if match is None:
            return None
        return self._with_fraction(tokens, self._multiplied(tokens, self._decimals(tokens, match)))

    def _plain_fraction(self, tokens: Sequence[Token], literal: Match[Number]) -> Match[Number] | None:
        """Read 3/4 and 2 1/4. A 4/5 alone may be a mark of a scale or a day, so only plain parts are fractions."""
        end = literal.end
        alone = _slashed(tokens, end - 1)
        if alone is not None:
            value = _PLAIN_FRACTIONS.get(alone)
            return None if value is None else Match(value, end + 2)
        mixed = _slashed(tokens, end)
        if mixed is None or not isinstance(literal.value, int) or tokens[end].glued:
            return None
        numerator, denominator = int(mixed[0]), int(mixed[1])
        is_proper = 0 < numerator < denominator <= _LARGEST_DENOMINATOR
        return Match(literal.value + numerator / denominator, end + 3) if is_proper else None

    # -- words

    def _whole_phrase(self, tokens: Sequence[Token], at: int) -> Match[Number] | None:
        """Read "a dozen", "none", "anderthalb": but "a hundred and five" is a longer number."""
        found = looked_up(tokens, at, self.lexicon.numbers.wholes)
        if found is None:
            half = self.lexicon.numbers.with_half.get(tokens[at].text)
            return None if half is None else self._multiplied(tokens, Match(half, at + 1))
        longer = self._cardinal(tokens, found.end - 1) if found.end - at > 1 else self._cardinal(tokens, at)
        if longer is not None and longer.end > found.end:
            return self._with_fraction(tokens, longer)
        return Match(found.value, self._past_of(tokens, found.end))

    def _shared(self, tokens: Sequence[Token], at: int) -> Match[Number] | None:
        """Read a share before what it is a share of: "half a million", "eine halbe Million", "media docena"."""
        found = looked_up(tokens, at, self.lexicon.numbers.half_of)
        if found is None:
            return None
        end = found.end
        if end < len(tokens) and tokens[end].text in self.lexicon.calendar.one:
            end += 1
        if end >= len(tokens):
            return None
        piece, many = self.lexicon.numbers.pieces.get(tokens[end].text), self.lexicon.numbers.many.get(tokens[end].text)
        scale = piece.value if piece is not None and piece.kind in ("scale", "hundred") else many
        return None if scale is None else Match(found.value * scale, end + 1)

    def _cardinal(self, tokens: Sequence[Token], at: int, literal: Match[Number] | None = None) -> Match[Number] | None:
        """Put the pieces from `at` on together as long as they make one number."""
        sum_ = Sum()
        end = at
        weak = False
        if literal is not None:
            sum_.group, sum_.is_begun, sum_.is_literal = literal.value, True, True
            end = literal.end
        while end < len(tokens):
            step = self._step(tokens, end, sum_)
            if not step:
                break
            weak = end == at and step == 1 and tokens[end].text in self.lexicon.numbers.weak
            end += step
        if not sum_.is_begun:
            return None
        return Match(sum_.value, end, weak and end == at + 1)

    def _step(self, tokens: Sequence[Token], at: int, sum_: Sum) -> int:
        """Add the token at `at` to the sum; return how many tokens that took, 0 when it does not belong to it."""
        token = tokens[at]
        if token.text == "-" and sum_.is_begun and not sum_.is_literal:  # twenty-one
            after = at + 1 < len(tokens) and self._pieces(tokens[at + 1])
            return 2 if after and sum_.add(after) else 0
        if token.kind == "digits":
            if not sum_.takes_literal():
                return 0
            literal = self._digits(tokens, at)
            if literal is None or not isinstance(literal.value, int) or not sum_.add_literal(literal.value):
                return 0
            return literal.end - at
        found = self._pieces(token)
        if not found:
            return 0
        if found[0].kind == "hundred" and self.lexicon.numbers.hundred_is_coin and not sum_.takes_french_hundred():
            return 0
        if [piece.kind for piece in found] != ["and"]:
            return int(sum_.add(found))
        if not sum_.is_begun or at + 1 >= len(tokens):
            return 0
        if tokens[at + 1].kind == "digits":
            step = self._step(tokens, at + 1, sum_) if sum_.takes_literal(after_and=True) else 0
        else:
            after = self._pieces(tokens[at + 1])
            step = int(bool(after) and after[0].kind != "and" and sum_.joins(after[0]) and sum_.add(after))
        return step + 1 if step else 0

    def _pieces(self, token: Token) -> list[Piece]:
        numbers = self.lexicon.numbers
        piece = numbers.pieces.get(token.text)
        if piece is not None:
            return [piece]
        if numbers.compound is None or token.kind != "word":
            return []
        found, at = [], 0
        while at < len(token.text):
            part = numbers.compound.match(token.text, at)
            if part is None:
                return []
            found.append(numbers.pieces[part[0]])
            at = part.end()
        return _turned(found)

    def _decimals(self, tokens: Sequence[Token], match: Match[Number]) -> Match[Number]:
        """Read what follows a point in words: "two point seven one", "zwei Komma fünf"."""
        at = match.end
        if not isinstance(match.value, int) or at + 1 >= len(tokens):
            return match
        if tokens[at].text not in self.lexicon.numbers.point:
            return match
        digits, at = "", at + 1
        while at < len(tokens) and len(digits) < _MOST_DIGITS:
            found = self._pieces(tokens[at])
            if tokens[at].kind == "digits":
                digits, at = digits + tokens[at].text, at + 1
            elif [piece.kind for piece in found] == ["unit"]:
                digits, at = digits + str(found[0].value), at + 1
            else:
                break
        if not digits or digits.strip("0") == "":
            tens = self._cardinal(tokens, at) if at < len(tokens) else None
            if tens is None or not isinstance(tens.value, int) or not 10 <= tens.value < 1000:
                return match
            digits, at = digits + str(tens.value), tens.end
        return Match(float(f"{match.value}.{digits}"), at)

    def _multiplied(self, tokens: Sequence[Token], match: Match[Number]) -> Match[Number]:
        """Multiply by what follows: "2 dozen", "2.5 million", "3 lakh crore"."""
        at = match.end
        for _ in range(2):
            if at >= len(tokens):
                break
            piece = self.lexicon.numbers.pieces.get(tokens[at].text)
            factor = self.lexicon.numbers.many.get(tokens[at].text)
            if factor is None and piece is not None and piece.kind in ("scale", "hundred") and match.value != 0:
                factor = piece.value if not isinstance(match.value, int) or match.weak else None
            if factor is None:
                break
            match = Match(match.value * factor, self._past_of(tokens, at + 1))
            at = match.end
        return match

    def _past_of(self, tokens: Sequence[Token], at: int) -> int:
        """Skip the "of" of "a couple of"."""
        return at + 1 if at < len(tokens) and tokens[at].text in ("of", "de", "d'") else at

    def _with_fraction(self, tokens: Sequence[Token], match: Match[Number]) -> Match[Number]:
        """Add "and a half" and the like: of one, or of the scale that the number ends with."""
        numbers, at = self.lexicon.numbers, match.end
        if at >= len(tokens) or not float(match.value).is_integer():
            return match
        before = numbers.pieces.get(tokens[at - 1].text)
        scale = before.value if before is not None and before.kind == "scale" else 1
        half = longest(tokens, at, numbers.halves)
        if half:
            return self._multiplied(tokens, Match(match.value + 0.5 * scale, at + half))
        quarter = looked_up(tokens, at, numbers.quarters)
        if quarter is not None:
            return Match(match.value + quarter.value * scale, quarter.end)
        denominator = numbers.fractions.get(tokens[at].text)
        if denominator is not None and 0 < match.value < denominator:
            return Match(match.value / denominator, at + 1)
        if at + 2 < len(tokens) and tokens[at].text in self.lexicon.and_words:
            numerator = self._cardinal(tokens, at + 1)
            if numerator is not None and numerator.end < len(tokens):
                denominator = numbers.fractions.get(tokens[numerator.end].text)
                if denominator is not None and 0 < numerator.value < denominator:
                    return Match(match.value + scale * numerator.value / denominator, numerator.end + 1)
        return match


def _turned(found: list[Piece]) -> list[Piece]:
    """Put "einundzwanzig" into the order of the others: the tens before the unit."""
    turned = list(found)
    for at in range(len(turned) - 2):
        one, and_, tens = turned[at : at + 3]
        if one.kind == "unit" and and_.kind == "and" and tens.kind == "tens":
            turned[at : at + 3] = [tens, and_, one]
    return turned


def _is_sign(tokens: Sequence[Token], at: int, end: int) -> bool:
    """Say whether the mark at `at` is the sign of the number that ends at `end`: the plus of "me +1" adds, and the
    dash of "- 4 people" begins an item of a list."""
    if tokens[at].kind == "word":
        return True
    is_alone = at == 0 and end == len(tokens)
    return at == 0 if tokens[at].text == "+" else tokens[at + 1].glued or is_alone


def _slashed(tokens: Sequence[Token], at: int) -> tuple[str, str] | None:
    """Return the two numbers of "3/4" at `at`."""
    if at < 0 or at + 2 >= len(tokens) or tokens[at + 1].text != "/":
        return None
    first, _, second = tokens[at : at + 3]
    if not (first.kind == second.kind == "digits" and tokens[at + 1].glued and second.glued):
        return None
    if len(first.text) > 3 or len(second.text) > 3 or (at + 3 < len(tokens) and tokens[at + 3].text in ("/", "-")):
        return None
    return first.text, second.text


def _is_followed_closely(tokens: Sequence[Token], at: int) -> bool:
    """Say whether a letter, a digit or a joining mark is glued to what ends at `at`: 12B, 10:30, 5-6, 3/4."""
    if at >= len(tokens) or not tokens[at].glued:
        return False
    token = tokens[at]
    if token.kind != "mark":
        return True
    is_joined = at + 1 < len(tokens) and tokens[at + 1].glued and tokens[at + 1].kind != "mark"
    return token.text in ("/", "^", "*", "_", "#", "@", "=") or (
        is_joined and token.text not in ("(", ")", "$", "€", "!")
    )
