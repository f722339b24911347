"""Days of the calendar in tokens: 24.12., 2026-12-24, 12 March 2027, the 21st."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from botflow.nodes.answers.accounting import Match, longest, looked_up
from botflow.nodes.answers.calendar.calendar_days import Day, day_or_none, full_year
from botflow.nodes.answers.lexicons.lexicon import CalendarWords, Lexicon, phrases
from botflow.nodes.answers.numbers.number_grammar import NumberGrammar
from botflow.nodes.answers.tokens import Token

_SEPARATORS = (".", "/", "-")
_LAST_DAY, _LAST_HOUR = 31, 24
_JOINED = frozenset("'./-")  # before a year of two digits
_YEARS = range(1700, 2200)
_MOST_SPACERS = 3
_SUBJECTS = frozenset(("i", "you", "he", "she", "it", "we", "they"))
_HALVES_OF_DAY = phrases("am,pm,p .")


@dataclass(frozen=True, slots=True)
class DayGrammar:
    """Reads the day that begins at a token, as it is written. `months_first`, `numeric`: see DateGrammar."""

    lexicon: Lexicon
    today: date
    months_first: bool
    numeric: bool

    @property
    def _words(self) -> CalendarWords:
        return self.lexicon.calendar

    def __call__(self, tokens: Sequence[Token], at: int, *, in_weekday: bool = False) -> Match[Day] | None:
        """Read a date's day, month and year, in any of the ways to write them."""
        start = at
        while start < len(tokens) and tokens[start].text in self._words.before_day and start < at + 2:
            start += 1
        if start >= len(tokens):
            return None
        found = self._year_first(tokens, start) or self._in_numbers(tokens, start) or self._with_month(tokens, start)
        found = found or self._in_ordinals(tokens, start) or self._month_by_number(tokens, start, is_day=start > at)
        if found is not None and found.value.month is not None and found.value.year is None:
            year = year_behind(tokens, found.end, self._words, self.today)
            found = found if year is None else Match(replace(found.value, year=year.value), year.end)
        return found or self._day_of_month(tokens, start, is_day=in_weekday or start > at, in_weekday=in_weekday)

    def _year_first(self, tokens: Sequence[Token], at: int) -> Match[Day] | None:
        token = tokens[at]
        if token.kind != "digits" or _is_glued_to_more(tokens, at):
            return None
        if len(token.text) == 8 and (
            day := day_or_none(int(token.text[:4]), int(token.text[4:6]), int(token.text[6:]))
        ):
            return Match(Day(day.day, day.month, day.year), at + 1) if day.year in _YEARS else None
        parts = _parts(tokens, at)
        if parts is None or len(parts.value) != 3 or len(parts.value[0]) != 4:
            return None
        year, month, day_ = map(int, parts.value)
        return Match(Day(day_, month, year), parts.end) if 1 <= month <= 12 and 1 <= day_ <= 31 else None

    def _in_numbers(self, tokens: Sequence[Token], at: int) -> Match[Day] | None:
        parts = _parts(tokens, at)
        if parts is None or max(map(len, parts.value[:2])) > 2 or _is_glued_to_more(tokens, at):
            return None
        texts, end = parts.value, parts.end
        if len(texts) == 3 and not tokens[end - 1].glued and self._is_time(tokens, end):  # 03.03. 19:30
            texts, end = texts[:2], end - 1
        if len(texts) == 2 and (not self.numeric or self._is_time(tokens, end)):
            return None
        if len(texts) == 3 and len(texts[2]) not in (2, 4):
            return None
        if end < len(tokens) and tokens[end].text == "." and tokens[end].glued and len(texts) == 2:
            end += 1
        first, second = int(texts[0]), int(texts[1])
        day, month = (second, first) if self.months_first else (first, second)
        is_sure = len(texts) == 3 or tokens[at + 1].text != "." or tokens[end - 1].text == "."
        if month > 12 >= day and is_sure:
            day, month = month, day
        if not (1 <= month <= 12 and 1 <= day <= 31) or (texts == ("24", "7") and len(texts) == 2):
            return None
        year = int(texts[2]) if len(texts) == 3 else None
        if year is not None and len(texts[2]) == 2:
            year = full_year(year, self.today)
        return Match(Day(day, month, year), end)

    def _is_time(self, tokens: Sequence[Token], at: int) -> bool:
        if at >= len(tokens):
            return False
        has_minutes = at + 1 < len(tokens) and tokens[at].glued and tokens[at + 1].glued
        if tokens[at].text == ":" or (tokens[at].text == "." and has_minutes and tokens[at + 1].kind == "digits"):
            return True
        return tokens[at].text in self.lexicon.clock.hour_marks or longest(tokens, at, _HALVES_OF_DAY) > 0

    def _with_month(self, tokens: Sequence[Token], at: int) -> Match[Day] | None:
        """Read a day, a month's name and perhaps a year, in any order: 12 March 2027, March 12th, 2027/12/Mar."""
        found: dict[str, int] = {}
        place, end = at, at
        while place < len(tokens) and len(found) < 3:
            part = self._part(tokens, place, found)
            if part is None:
                break
            name, number = part.value
            found[name], end = number, part.end
            place = past_marks(tokens, end, ",.-/'", self._words.of)
            if place >= len(tokens) or (place == end and tokens[place].kind == "mark"):
                break
        if "month" not in found or "day" not in found or self._counts(tokens, end):
            return None
        return Match(Day(found["day"], found["month"], found.get("year")), end)

    def _in_ordinals(self, tokens: Sequence[Token], at: int) -> Match[Day] | None:
        """Read the German "am siebten vierten", "am 7. vierten"."""
        if self.lexicon.language != "de":
            return None
        day = self._ordinal(tokens, at)
        month = self._ordinal(tokens, day.end) if day is not None and day.end < len(tokens) else None
        if day is None or month is None or month.value > 12 or {tokens[at].kind, tokens[day.end].kind} == {"digits"}:
            return None
        return Match(Day(day.value, month.value), month.end)

    def _month_by_number(self, tokens: Sequence[Token], at: int, *, is_day: bool) -> Match[Day] | None:
        """Read "el 21 del 3", "5th of the 12th": not "2 of the 3"."""
        if tokens[at].kind != "digits" or len(tokens[at].text) > 2:
            return None
        end = self._past_ordinal(tokens, at + 1)
        month = end + longest(tokens, end, self._words.of_month)
        if month == end or month >= len(tokens) or tokens[month].kind != "digits" or len(tokens[month].text) > 2:
            return None
        after = self._past_ordinal(tokens, month + 1)
        is_sure = is_day or (end > at + 1 and after > month + 1)
        is_ordinal = self.lexicon.language != "en" or (end > at + 1 and after > month + 1)
        day = Day(int(tokens[at].text), int(tokens[month].text))
        return (
            Match(day, after) if is_sure and is_ordinal and 1 <= day.day <= 31 and 1 <= (day.month or 0) <= 12 else None
        )

    def _ordinal(self, tokens: Sequence[Token], at: int) -> Match[int] | None:
        if tokens[at].kind != "digits":
            return looked_up(tokens, at, self._words.ordinals)
        is_ordinal = at + 1 < len(tokens) and tokens[at + 1].text == "." and tokens[at + 1].glued
        is_day = is_ordinal and len(tokens[at].text) <= 2 and 1 <= int(tokens[at].text) <= 31
        return Match(int(tokens[at].text), at + 2) if is_day else None

    def _part(self, tokens: Sequence[Token], at: int, found: dict[str, int]) -> Match[tuple[str, int]] | None:
        token = tokens[at]
        if token.text in self._words.months and "month" not in found and not self._is_verb(tokens, at):
            return Match(("month", self._words.months[token.text]), at + 1)
        if token.kind == "digits":
            if len(token.text) == 4 and int(token.text) in _YEARS and "year" not in found:
                return Match(("year", int(token.text)), at + 1)
            if len(token.text) <= 2 and "day" not in found and 1 <= int(token.text) <= 31:
                return Match(("day", int(token.text)), self._past_ordinal(tokens, at + 1))
            return self._short_year(tokens, at, found)
        if "day" not in found:
            ordinal = looked_up(tokens, at, self._words.ordinals)
            if ordinal is not None:
                return Match(("day", ordinal.value), ordinal.end)
        number = self._spelled(tokens, at)
        if number is None:
            return None
        if "day" not in found and 1 <= number.value <= 31:
            return Match(("day", number.value), number.end)
        return Match(("year", number.value), number.end) if _is_year(number.value, found) else None

    def _is_verb(self, tokens: Sequence[Token], at: int) -> bool:
        """Say whether the name of a month is a verb: "I may on the 5th"."""
        return at > 0 and tokens[at].text in self._words.verbs and tokens[at - 1].text in _SUBJECTS

    def _short_year(self, tokens: Sequence[Token], at: int, found: dict[str, int]) -> Match[tuple[str, int]] | None:
        """Read a year of two digits at the end: 14 July 99, 5 March '85."""
        if (
            {"day", "month"} - found.keys()
            or "year" in found
            or len(tokens[at].text) != 2
            or self._is_time(tokens, at + 1)
            or not (_is_no_hour(tokens, at, found) or tokens[at - 1].text in _JOINED)
        ):
            return None  # "March 14 15" may be two days
        follows = at + 1 < len(tokens) and (tokens[at + 1].kind != "mark" or tokens[at + 1].text in "/-")
        return None if follows else Match(("year", full_year(int(tokens[at].text), self.today)), at + 1)

    def _spelled(self, tokens: Sequence[Token], at: int) -> Match[int] | None:
        """Read a day or a year in words: "fifteen", "dos mil dieciocho", "nineteen eighty six"."""
        grammar = NumberGrammar(self.lexicon)
        number = grammar.whole(tokens, at)
        if number is None or not isinstance(number.value, int) or tokens[at].kind != "word" or number.weak:
            return None
        if 17 <= number.value <= 20 and number.end < len(tokens) and tokens[number.end].kind == "word":
            rest = grammar.whole(tokens, number.end)
            if rest is not None and isinstance(rest.value, int) and 10 <= rest.value <= 99:
                return Match(number.value * 100 + rest.value, rest.end)
        return Match(number.value, number.end)

    def _day_of_month(
        self, tokens: Sequence[Token], start: int, *, is_day: bool, in_weekday: bool
    ) -> Match[Day] | None:
        """Read "the 21st", "am 3.", "el día 18", "the 21st of this month". A number alone is no day."""
        ordinal = looked_up(tokens, start, self._words.ordinals)
        if ordinal is not None and ordinal.value > 1 and self.lexicon.language == "es":
            return None  # "el segundo" is one of several
        if ordinal is not None and is_day and self._is_which(tokens, ordinal.end):
            return None
        if ordinal is not None and is_day:
            return self._in_month(tokens, Match(Day(ordinal.value), ordinal.end))
        if tokens[start].kind != "digits" or len(tokens[start].text) > 2 or not 1 <= int(tokens[start].text) <= 31:
            spelled = self._spelled(tokens, start) if is_day and self.lexicon.language in ("es", "fr") else None
            is_plain = spelled is not None and 1 <= spelled.value <= 31
            return self._in_month(tokens, Match(Day(spelled.value), spelled.end)) if spelled and is_plain else None
        end = self._past_ordinal(tokens, start + 1)
        if _is_glued_to_more(tokens, start) or self._is_time(tokens, end):
            return None
        if end == start + 1 and not (is_day and (in_weekday or self.lexicon.language in ("en", "es", "fr"))):
            return None
        if end > start + 1 and tokens[end - 1].text == "." and not is_day:
            return None
        if self._counts(tokens, end):
            return None
        if end < len(tokens) and (
            (tokens[end].glued and tokens[end].kind != "mark") or tokens[end].text in self._words.units
        ):
            return None
        return self._in_month(tokens, Match(Day(int(tokens[start].text)), end))

    def _counts(self, tokens: Sequence[Token], at: int) -> bool:
        """Say whether the number before `at` counts something: "the 4 of us", "may 5 of us come"."""
        is_number = tokens[at - 1].kind == "digits" or (at > 1 and tokens[at - 2].kind == "digits")
        return is_number and longest(tokens, at, self.lexicon.counted) > 0

    def _is_which(self, tokens: Sequence[Token], at: int) -> bool:
        """Say whether "the second one" is one of several and no day."""
        return at < len(tokens) and self.lexicon.language == "en" and tokens[at].text in ("one", "option")

    def _in_month(self, tokens: Sequence[Token], day: Match[Day]) -> Match[Day]:
        month = looked_up(tokens, day.end, self._words.this_month) if day.end < len(tokens) else None
        return day if month is None else Match(replace(day.value, month_ahead=month.value), month.end)

    def _past_ordinal(self, tokens: Sequence[Token], at: int) -> int:
        """Skip the ending of an ordinal: 21st, 3., 1.º."""
        end = at
        if end < len(tokens) and tokens[end].text == "." and tokens[end].glued:
            end += 1
        if end < len(tokens) and tokens[end].glued and tokens[end].text in ("º", "ª", "°"):
            return end + 1
        if end < len(tokens) and tokens[end].glued and end == at and tokens[end].text in self._words.ordinal_ends:
            return end + 1
        return end


def year_behind(tokens: Sequence[Token], at: int, words: CalendarWords, today: date) -> Match[int] | None:
    """Read the year behind a day and its month: "2027", "of next year"."""
    start = past_marks(tokens, at, ",", words.of)
    ahead = looked_up(tokens, start, words.years)
    if ahead is not None:
        return Match(today.year + ahead.value, ahead.end)
    is_year = start < len(tokens) and len(tokens[start].text) == 4 and tokens[start].kind == "digits"
    return Match(int(tokens[start].text), start + 1) if is_year and int(tokens[start].text) in _YEARS else None


def past_marks(tokens: Sequence[Token], at: int, marks: str, between: frozenset[str] = frozenset()) -> int:
    """Return the place behind a few marks and words that may stand between the parts of a date."""
    for _ in range(_MOST_SPACERS):
        if at < len(tokens) and (
            tokens[at].text in between or (tokens[at].kind == "mark" and tokens[at].text in marks)
        ):
            at += 1
    return at


def _parts(tokens: Sequence[Token], at: int) -> Match[tuple[str, ...]] | None:
    """Read two or three numbers that one kind of separator joins: 24.12., 2026-12-24, 27. 11., 18 08 1978."""
    if tokens[at].kind != "digits" or at + 2 > len(tokens):
        return None
    texts, end = [tokens[at].text], at + 1
    separator = tokens[end].text if end < len(tokens) and tokens[end].text in _SEPARATORS else " "
    while len(texts) < 3 and end < len(tokens):
        start = end
        if separator != " ":
            if tokens[end].text != separator or not tokens[end].glued or end + 1 >= len(tokens):
                break
            start = end + 1
            if not tokens[start].glued and separator != ".":
                break
        if tokens[start].kind != "digits" or (separator == " " and tokens[start].glued):
            break
        texts, end = [*texts, tokens[start].text], start + 1
    if len(texts) < 2 or (separator == " " and not _is_spaced_date(texts)):
        return None
    return Match(tuple(texts), end)


def _is_spaced_date(texts: Sequence[str]) -> bool:
    """Say whether numbers with spaces between them are surely a date: the year has four digits, or is above 31."""
    return len(texts) == 3 and (4 in (len(texts[0]), len(texts[2])) or (len(texts[2]) == 2 and int(texts[2]) > 31))


def _is_glued_to_more(tokens: Sequence[Token], at: int) -> bool:
    """Say whether the number at `at` is the end of a longer one: the 05 of 1990/05."""
    if not at or not tokens[at].glued:
        return False
    before = tokens[at - 1]
    return before.kind != "mark" or before.text in ("/", ".", ":", "$", "#")


def _is_no_hour(tokens: Sequence[Token], at: int, found: dict[str, int]) -> bool:
    """Say whether the number behind a day and a month is neither a day nor an hour: "14 July 99", "5 dec 26"."""
    number = int(tokens[at].text)
    return number > _LAST_DAY or (number > _LAST_HOUR and [*found] == ["day", "month"])


def _is_year(number: int, found: dict[str, int]) -> bool:
    return number in _YEARS and {"day", "month"} <= found.keys() and "year" not in found
