"""Times of day in tokens: 14:30, 2 pm, half past two, halb drei, las tres y media, 14 h 30."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from botflow.nodes.answers.accounting import Match, longest, looked_up
from botflow.nodes.answers.beginnings import may_begin_time
from botflow.nodes.answers.calendar.span_grammar import span_at
from botflow.nodes.answers.lexicons.lexicon import ClockWords, DayPart, Lexicon, Phrase
from botflow.nodes.answers.numbers.number_grammar import NumberGrammar
from botflow.nodes.answers.tokens import Token

_DAY = 24 * 60
_LONGEST_SPAN = 6 * 60  # longer ones are written in hours seldom
_ABOVE_NOON: dict[DayPart, range] = {  # the hours, 1 to 11, to which twelve is added
    "am": range(0),
    "morning": range(0),
    "small_hours": range(0),
    "midnight": range(0),
    "pm": range(1, 12),
    "noon": range(1, 4),
    "afternoon": range(1, 9),
    "evening": range(4, 12),
    "night": range(5, 12),
}
_AS_SAID: dict[DayPart, range] = {  # the hours that stay as they are said
    "am": range(12),
    "morning": range(12),
    "small_hours": range(8),
    "midnight": range(1),
    "pm": range(12, 24),
    "noon": range(11, 16),
    "afternoon": range(12, 21),
    "evening": range(16, 24),
    "night": (*range(5), *range(17, 24)),  # type: ignore[dict-item]
}
_TWELVE_IS_MIDNIGHT = frozenset(("am", "morning", "small_hours", "midnight", "evening", "night"))


@dataclass(frozen=True, slots=True)
class Clock:
    """A time as it was said: `minutes` of the day, and the part of the day that stands at it. `is_clear`: it is surely
    a time, not a number alone. `is_named`: noon or midnight, which no part of the day moves."""

    minutes: int
    part: DayPart | None = None
    is_clear: bool = field(default=True, compare=False)
    is_named: bool = False


@dataclass(frozen=True, slots=True)
class ClockGrammar:
    """Reads the time of day that begins at a token."""

    lexicon: Lexicon

    @property
    def _words(self) -> ClockWords:
        return self.lexicon.clock

    def __call__(self, tokens: Sequence[Token], at: int) -> Match[Clock] | None:
        if not may_begin_time(tokens[at], self.lexicon):
            return None
        start = at
        while start < len(tokens) and start < at + 2 and tokens[start].text in self._words.before:
            start += 1
        if start >= len(tokens):
            return None
        match = self._bare(tokens, start)
        if match is None or (start == at and self._is_span(tokens, at, match.end)):
            return None
        clock, end = match.value, match.end
        part = self._part(tokens, end, clock)
        if part is not None:
            clock, end = Clock(clock.minutes, part.value, True, clock.is_named), part.end
        if self._is_glued_to_more(tokens, end) or (
            start > at and not clock.is_clear and not self._is_hour(tokens, start)
        ):
            return None
        if self._may_last(tokens, start, end, clock):
            return None
        clear = clock.is_clear or (start > at and tokens[start - 1].text not in self._words.weak_before)
        return Match(Clock(clock.minutes, clock.part, clear, clock.is_named), end)

    def _is_span(self, tokens: Sequence[Token], at: int, end: int) -> bool:
        """Say whether it may be a span of time: "en 2 horas", "2 horas"."""
        span = span_at(tokens, at, self.lexicon)
        if span is None or span.end < end:
            return False
        ahead = self.lexicon.calendar.ahead
        is_ahead = any(at >= len(each) and _said(tokens, at - len(each), each) for each in ahead)
        return is_ahead or self.lexicon.language == "es"

    def _may_last(self, tokens: Sequence[Token], start: int, end: int, clock: Clock) -> bool:
        """Say whether it may be a length of time: "for 2h", "pour 2 h"; not "pour 20h"."""
        if tokens[end - 1].text != "h" or tokens[end - 2].text == ":" or start == 0:
            return False
        lead = tokens[start - 1 if tokens[start - 1].text not in self._words.before else start - 2].text
        return clock.minutes <= _LONGEST_SPAN and lead in self._words.spans_before

    def part_at(self, tokens: Sequence[Token], at: int) -> Match[DayPart] | None:
        """Return the part of the day that is said at `at`, apart from a time: "in the afternoon"."""
        return looked_up(tokens, at, self._words.parts)

    def _bare(self, tokens: Sequence[Token], at: int) -> Match[Clock] | None:
        found = [
            match
            for read in (self._minutes_and_hour, self._half_to, self._in_digits, self._hour_and_minutes)
            if (match := read(tokens, at)) is not None
        ]
        return max(found, key=lambda match: match.end) if found else None

    # -- ways to say it

    def _minutes_and_hour(self, tokens: Sequence[Token], at: int) -> Match[Clock] | None:
        """Read "ten past two", "a quarter to three", "fünf vor halb drei"."""
        if not self._words.minutes_first:
            return None
        minutes = self._minutes(tokens, at)
        if minutes is None or minutes.end >= len(tokens):
            return None
        for phrases, sign in ((self._words.past, 1), (self._words.to, -1)):
            length = longest(tokens, minutes.end, phrases)
            if not length or minutes.end + length >= len(tokens):
                continue
            start = minutes.end + length
            half = self._half_to(tokens, start)
            if half is not None and self.lexicon.language == "de":
                return Match(Clock((half.value.minutes + sign * minutes.value) % _DAY), half.end)
            hour = self._hour(tokens, start)
            if hour is not None:
                if sign < 0 and self._may_be_range(tokens, at, minutes, start):
                    return None
                end = self._past_mark(tokens, hour.end)
                return Match(_clock(hour.value, sign * minutes.value), end)
        return None

    def _may_be_range(self, tokens: Sequence[Token], at: int, minutes: Match[int], hour_at: int) -> bool:
        """Say whether "7 to 8 pm" may mean from seven to eight: not "ten to eight", "5 to noon", "5 minutes to 8"."""
        if self.lexicon.language != "en" or tokens[minutes.end - 1].text in self._words.minute_words:
            return False
        in_digits = tokens[at].kind == "digits" and tokens[hour_at].kind == "digits"
        return in_digits or minutes.value % 5 != 0

    def _half_to(self, tokens: Sequence[Token], at: int) -> Match[Clock] | None:
        """Read "halb drei", "viertel sechs", and the Briton's "half seven"."""
        found = looked_up(tokens, at, self._words.half_to) if at < len(tokens) else None
        if found is None or found.end >= len(tokens):
            return None
        hour = self._hour(tokens, found.end)
        if hour is None or not 0 < hour.value <= 24 * 60:
            return None
        return Match(Clock((hour.value + found.value) % _DAY), self._past_mark(tokens, hour.end))

    def _in_digits(self, tokens: Sequence[Token], at: int) -> Match[Clock] | None:
        """Read 14:30, 7.30, 7:56:30, 14h30, 14 Uhr 30, 1430."""
        first = tokens[at]
        if first.kind != "digits" or len(first.text) > 4:
            return None
        if len(first.text) in (3, 4):
            hour, minute = int(first.text[:-2]), int(first.text[-2:])
            is_clear = len(first.text) == 4 or self._part(tokens, at + 1, Clock(0)) is not None
            if (
                not is_clear
                or hour > 23
                or minute > 59
                or (hour == 20 and self._part(tokens, at + 1, Clock(0)) is None)
            ):
                return None  # 2026 is a year
            return Match(Clock(hour * 60 + minute), self._past_mark(tokens, at + 1))
        end = at + 1
        has_mark = end < len(tokens) and tokens[end].text in self._words.hour_marks
        is_joined = end < len(tokens) and tokens[end].text in (":", ".") and tokens[end].glued
        if not (has_mark or is_joined) or end + 1 >= len(tokens) or tokens[end + 1].kind != "digits":
            return None
        if len(tokens[end + 1].text) != 2 or (is_joined and not tokens[end + 1].glued):
            return None
        hour, minute = int(first.text), int(tokens[end + 1].text)
        if hour > 24 or minute > 59 or (hour == 24 and minute):
            return None
        if has_mark and self._is_glued_to_more(tokens, end + 2):  # à 8 heures 24/12/2026
            return None
        end = self._past_seconds(tokens, end + 2)
        return None if end < 0 else Match(Clock((hour * 60 + minute) % _DAY), self._past_mark(tokens, end))

    def _past_seconds(self, tokens: Sequence[Token], at: int) -> int:
        """Skip the seconds of 7:56:30; -1 for anything else that goes on with a colon."""
        if at + 1 >= len(tokens) or tokens[at].text not in (":", ".") or tokens[at + 1].kind != "digits":
            return at
        if not (tokens[at].glued and tokens[at + 1].glued):
            return at
        is_seconds = tokens[at].text == ":" and len(tokens[at + 1].text) == 2 and int(tokens[at + 1].text) < 60
        goes_on = at + 2 < len(tokens) and tokens[at + 2].glued and tokens[at + 2].text in (":", ".", "-", "/")
        return at + 2 if is_seconds and not goes_on else -1

    def _hour_and_minutes(self, tokens: Sequence[Token], at: int) -> Match[Clock] | None:
        """Read an hour, and what is said behind it: "las tres y media", "sept heures dix", "seven thirty"."""
        hour = self._hour(tokens, at)
        if hour is None:
            return None
        is_named = longest(tokens, at, self._words.named) > 0
        end = self._past_mark(tokens, hour.end)
        has_mark = end > hour.end
        if not self._words.minutes_first:
            said = self._minutes_behind(tokens, end, hour.value)
            if said is not None:
                return said
        if tokens[at].kind == "word" or has_mark:
            spoken = self._spoken_minutes(tokens, end, has_mark=has_mark, is_named=is_named)
            if spoken is not None:
                return Match(_clock(hour.value, spoken.value), spoken.end)
        return Match(Clock(hour.value % _DAY, None, is_named or has_mark, is_named), end)

    def _minutes_behind(self, tokens: Sequence[Token], at: int, hour: int) -> Match[Clock] | None:
        for phrases, sign in ((self._words.to, -1), (self._words.past, 1)):
            length = longest(tokens, at, phrases) if at < len(tokens) else 0
            minutes = self._minutes(tokens, at + length) if length else None
            if minutes is not None:
                return Match(_clock(hour, sign * minutes.value), minutes.end)
        return None

    def _spoken_minutes(self, tokens: Sequence[Token], at: int, *, has_mark: bool, is_named: bool) -> Match[int] | None:
        """Read the minutes of "seven thirty" and "sept heures dix": words, from ten on if nothing stands between."""
        if at >= len(tokens) or tokens[at].kind != "word":
            return None
        if tokens[at].text in self._words.shares and (is_named or has_mark):
            return None
        number = NumberGrammar(self.lexicon).whole(tokens, at)
        if number is None or not isinstance(number.value, int):
            return None
        least = 1 if has_mark else 10
        return Match(number.value, number.end) if least <= number.value <= 59 and not number.weak else None

    # -- parts of it

    def _hour(self, tokens: Sequence[Token], at: int) -> Match[int] | None:
        """Return the minutes of a whole hour: 0 to 24, in digits or words, or noon or midnight."""
        named = looked_up(tokens, at, self._words.named)
        if named is not None:
            return named
        token = tokens[at]
        if token.kind == "digits":
            if len(token.text) > 2 or (
                at and token.glued and tokens[at - 1].text in (".", ":", ",", "/", "-", "$", "#")
            ):
                return None
            return Match(int(token.text) * 60, at + 1) if int(token.text) <= 24 else None
        number = self._hour_word(tokens, at)
        return None if number is None else Match(number.value * 60, number.end)

    def _hour_word(self, tokens: Sequence[Token], at: int) -> Match[int] | None:
        """Read an hour in words. "las tres y diez" and "seven thirty" are an hour and minutes, not one number."""
        number = NumberGrammar(self.lexicon).whole(tokens, at)
        if number is None or not isinstance(number.value, int) or not 0 <= number.value <= 24:
            single = self._single(tokens, at)
            return single if single is not None and single.value <= 24 else None
        return Match(number.value, number.end)

    def _single(self, tokens: Sequence[Token], at: int) -> Match[int] | None:
        piece = self.lexicon.numbers.pieces.get(tokens[at].text)
        return Match(piece.value, at + 1) if piece is not None and piece.kind in ("unit", "teen", "tens") else None

    def _minutes(self, tokens: Sequence[Token], at: int) -> Match[int] | None:
        has_article = at + 1 < len(tokens) and tokens[at].text in self.lexicon.calendar.one
        if has_article and tokens[at + 1].text in self._words.shares:
            at += 1
        if at >= len(tokens):
            return None
        share = self._words.shares.get(tokens[at].text)
        if share is not None:
            return Match(share, at + 1)
        number = NumberGrammar(self.lexicon).whole(tokens, at)
        if number is None or not isinstance(number.value, int) or not 1 <= number.value <= 59:
            return None
        end = number.end
        return Match(number.value, end + (end < len(tokens) and tokens[end].text in self._words.minute_words))

    def _part(self, tokens: Sequence[Token], at: int, clock: Clock) -> Match[DayPart] | None:
        """Read am, p.m., 7p and "in the morning" behind a time."""
        if at >= len(tokens):
            return None
        letters = "".join(token.text for token in tokens[at : at + 4] if token.text in ("p", "a", "m", "."))
        for name, part in (("p.m.", "pm"), ("a.m.", "am"), ("p.m", "pm"), ("a.m", "am")):
            if letters.startswith(name) and _spells(tokens, at, name):
                return Match(part, at + len(name))  # type: ignore[arg-type]
        token = tokens[at]
        if token.glued and token.text in ("p", "a") and tokens[at - 1].kind == "digits":
            has_dot = at + 1 < len(tokens) and tokens[at + 1].text == "." and tokens[at + 1].glued
            return Match("pm" if token.text == "p" else "am", at + 1 + has_dot)
        return self.part_at(tokens, at)

    def _past_mark(self, tokens: Sequence[Token], at: int) -> int:
        """Skip "o'clock", "Uhr", "h", and the ending of "7ish"."""
        if at < len(tokens) and (
            tokens[at].text in self._words.hour_marks
            or (tokens[at].glued and tokens[at].text in self._words.about_ends)
        ):
            return at + 1
        return at

    def _is_hour(self, tokens: Sequence[Token], at: int) -> bool:
        return self._hour(tokens, at) is not None

    def _is_glued_to_more(self, tokens: Sequence[Token], at: int) -> bool:
        """Say whether what follows belongs to the number: 7th, 12B, 10-12, 3/4, 9:75, 5 minutes, 3 days."""
        if at >= len(tokens):
            return False
        token = tokens[at]
        if token.text in self.lexicon.calendar.units and token.text not in self._words.hour_marks:
            return True
        if not token.glued:
            return token.text in ("-", "/", ":")
        if token.kind != "mark":
            return True
        is_joined = at + 1 < len(tokens) and tokens[at + 1].glued and tokens[at + 1].kind != "mark"
        return token.text in (":", "/", "-", "%", "º", "°") or (is_joined and token.text in (".", ",", "'"))


def time_of(clock: Clock, parts: Iterable[DayPart]) -> str | None:
    """Return HH:MM of a time with the parts of the day that were said; None when they do not fit."""
    said = {*parts, *([clock.part] if clock.part else [])}
    for sure in ("am", "pm", "morning", "midnight"):
        if sure in said and not (sure == "morning" and said & {"afternoon", "evening"}):
            said = {sure}  # "5 in the morning tonight", "12:15 midnight"
            break
    minutes = clock.minutes
    if clock.is_named or not said:
        if clock.is_named and said - {"noon", "midnight", "night", "evening"}:
            return None
        return f"{minutes // 60:02}:{minutes % 60:02}"
    if len(said) > 1:
        return None
    [part] = said
    hour = minutes // 60
    if hour == 12 and part in _TWELVE_IS_MIDNIGHT:
        hour = 0
    elif hour in _ABOVE_NOON[part]:
        hour += 12
    elif hour not in _AS_SAID[part]:
        return None
    return f"{hour:02}:{minutes % 60:02}"


def _clock(hour: int, minutes: int) -> Clock:
    return Clock((hour + minutes) % _DAY)


def _said(tokens: Sequence[Token], at: int, phrase: Phrase) -> bool:
    return tuple(token.text for token in tokens[at : at + len(phrase)]) == phrase


def _spells(tokens: Sequence[Token], at: int, name: str) -> bool:
    return [token.text for token in tokens[at : at + len(name)]] == list(name)
