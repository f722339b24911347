"""Dates in tokens: written in numbers, with a month's name, by weekday, by relative words, or counted from a day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from botflow.nodes.answers.accounting import Match, longest, looked_up
from botflow.nodes.answers.beginnings import may_begin_date
from botflow.nodes.answers.calendar.calendar_days import (
    Day,
    Span,
    in_week,
    moved,
    ordered_weekday,
    weekday_in,
)
from botflow.nodes.answers.calendar.day_grammar import DayGrammar, past_marks, year_behind
from botflow.nodes.answers.calendar.feasts import next_feast
from botflow.nodes.answers.calendar.former_value import day_after, is_of_coming_week, moved_day, shift_at
from botflow.nodes.answers.calendar.nth_weekdays import nth_in_month
from botflow.nodes.answers.calendar.span_grammar import span_at
from botflow.nodes.answers.lexicons.lexicon import CalendarWords, Lexicon, phrases
from botflow.nodes.answers.tokens import Token

_ON = phrases("on,am,el,le")
_EACH = frozenset(("los", "les", "every", "each", "jeden"))  # before a weekday: all of them
_ANY = frozenset(("algun", "irgendein", "irgendeinen", "irgendeinem", "quelque"))  # one of them


@dataclass(frozen=True, slots=True)
class DateGrammar:
    """Reads the date that begins at a token, seen from `today`.

    `months_first`: 3/4 is 4 March. Without `numeric` a date in numbers needs its year: 10.30 may be a time. `past`: a
    day that may be the next or the last one is the last one. `former`: the day that the one to read replaces.
    `country`: the feasts are those of it.
    """

    lexicon: Lexicon
    today: date
    months_first: bool = False
    numeric: bool = True
    past: bool = False
    former: date | None = None
    country: str = ""

    @property
    def _words(self) -> CalendarWords:
        return self.lexicon.calendar

    def __call__(self, tokens: Sequence[Token], at: int) -> Match[date] | None:
        if not may_begin_date(tokens[at], self.lexicon):
            return None
        found = [
            match
            for read in (self._counted, self._weekday, self._relative, self._dated, self._in_month, self._coming_date)
            if (match := read(tokens, at)) is not None
        ]
        return max(found, key=lambda match: match.end) if found else None

    @property
    def _day(self) -> DayGrammar:
        return DayGrammar(self.lexicon, self.today, self.months_first, self.numeric)

    def _dated(self, tokens: Sequence[Token], at: int) -> Match[date] | None:
        """Read a day of the calendar, and a weekday behind it, which must be the right one."""
        day = self._day(tokens, at)
        if day is None:
            return None
        behind = past_marks(tokens, day.end, ",(")
        weekday = self._named_weekday(tokens, behind) if behind > day.end else None
        found = self.seen(day.value, weekday.value if weekday else None, past=self.past)
        return None if found is None else Match(found, weekday.end if weekday else day.end)

    def seen(self, day: Day, weekday: int | None, *, past: bool) -> date | None:
        """Return the date of a day; after a former one that is still to come none that is over."""
        if self.former is None:
            return day.seen_from(self.today, weekday, past=past)
        found = day_after(self.former, day, self.today, past=past).seen_from(self.today, weekday, past=past)
        return None if found is not None and self._is_over(found) else found

    def _is_over(self, day: date) -> bool:
        """Say whether a day is over, and the one that it replaces is not."""
        return self.former is not None and day < self.today <= self.former

    def _in_month(self, tokens: Sequence[Token], at: int) -> Match[date] | None:
        return nth_in_month(tokens, at, self._words, self.today, past=self.past)

    def _coming_date(self, tokens: Sequence[Token], at: int) -> Match[date] | None:
        """Read "next 5/12" and "le 6 avril prochain". An English or German "next 3 December" may be the coming one or
        that of the next year."""
        order = looked_up(tokens, at, self._words.orders)
        day = self._day(tokens, order.end if order else at)
        if day is None or day.value.month is None or day.value.year is not None:
            return None
        end = day.end
        if order is None:
            after = looked_up(tokens, end, self._words.orders_after)
            if after is None:
                return None
            order, end = after, after.end
        found = day.value.seen_from(self.today) if order.value in ("next", "coming") else None
        is_coming = order.value == "coming" or self.lexicon.language in ("es", "fr")
        return Match(found, end) if found and (is_coming or found.year > self.today.year) else None

    def _relative(self, tokens: Sequence[Token], at: int) -> Match[date] | None:
        """Read "tomorrow", and a week counted from it: "tomorrow week", "heute in 14 Tagen"."""
        found = looked_up(tokens, at, self._words.days)
        if found is None:
            return self._feast(tokens, at) or self._beside(tokens, at)
        day = self.today + timedelta(days=found.value)
        ahead = self._ahead(tokens, found.end)
        there = moved(day, ahead.value) if ahead is not None else None
        if ahead is not None and there is not None:
            return Match(there, ahead.end)
        return self._weeks_on(tokens, Match(day, found.end))

    def _beside(self, tokens: Sequence[Token], at: int) -> Match[date] | None:
        """Read "the day after Christmas Day", "la veille de Noël"."""
        side = looked_up(tokens, at, self._words.neighbours)
        day = self._origin(tokens, side.end) if side is not None else None
        if side is None or day is None:
            return None
        return Match(day.value + timedelta(days=side.value), day.end)

    def _feast(self, tokens: Sequence[Token], at: int) -> Match[date] | None:
        """Read a day that has a name, and perhaps its year: "New Year's Eve 2027"."""
        feast = looked_up(tokens, at, self._words.feast_days)
        if feast is None and tokens[at].text in self._words.before_day:
            feast = looked_up(tokens, at + 1, self._words.feast_days)
        if feast is None:
            return None
        year = year_behind(tokens, feast.end, self._words, self.today)
        found = next_feast(feast.value, self.country, self.today, year.value if year else None, past=self.past)
        return None if found is None else Match(found, year.end if year else feast.end)

    def _weekday(self, tokens: Sequence[Token], at: int) -> Match[date] | None:
        week = looked_up(tokens, at, self._words.weeks)
        if week is not None:  # next week friday
            start = past_marks(tokens, week.end, ",-")
            start += longest(tokens, start, _ON)
            named = self._named_weekday(tokens, start, is_sure=True)
            return None if named is None else Match(in_week(named.value, self.today, week.value), named.end)
        order = looked_up(tokens, at, self._words.orders)
        named = self._named_weekday(tokens, order.end if order else at, is_sure=order is not None)
        if named is None:
            return None
        end = named.end
        week = looked_up(tokens, past_marks(tokens, end, ","), self._words.weeks) if end < len(tokens) else None
        if week is not None and order is None:
            return Match(in_week(named.value, self.today, week.value), week.end)
        start = past_marks(tokens, end, ",.-(")
        day = self._day(tokens, start, in_weekday=True) if start < len(tokens) else None
        if day is not None:
            is_past = self.past or (order is not None and order.value in ("last", "past"))
            found = self.seen(day.value, named.value, past=is_past)
            return None if found is None or (is_past and found > self.today) else Match(found, day.end)
        after = looked_up(tokens, end, self._words.orders_after) if end < len(tokens) else None
        if after is not None:
            if order is not None and not (order.value == "this" and after.value == "last"):
                return None
            value = "past" if order is not None else after.value
            found = ordered_weekday(named.value, self.today, value)
            return None if found is None else Match(found, after.end)
        span = self._weeks_in(tokens, end) or self._ahead(tokens, end)
        if span is not None and order is None:
            found = weekday_in(named.value, self.today, span.value)
            return None if found is None else Match(found, span.end)
        found = ordered_weekday(named.value, self.today, order.value if order else None, past=self.past)
        if found is None:
            return None
        match = self._weeks_on(tokens, Match(found, end))
        if order is not None or match.end > end or self.former is None:
            return match
        return match if is_of_coming_week(self.former, self.today) else None

    def _counted(self, tokens: Sequence[Token], at: int) -> Match[date] | None:
        """Read "in 3 days", "2 weeks ago", "3 weeks from tomorrow", "vor 3 Tagen"."""
        ahead = self._ahead(tokens, at)
        if ahead is not None:
            there = moved(self.today, ahead.value)
            if there is None:
                return None
            start = ahead.end + longest(tokens, ahead.end, _ON)
            named = self._named_weekday(tokens, start)
            if named is None:
                return Match(there, ahead.end)
            found = weekday_in(named.value, self.today, ahead.value)
            return None if found is None else Match(found, named.end)
        shift = shift_at(tokens, at, self.lexicon) if self.former is not None else None
        if shift is not None and self.former is not None:
            there = moved_day(self.former, shift.value)
            return None if there is None or self._is_over(there) else Match(there, shift.end)
        before = longest(tokens, at, self._words.ago_before)
        span = span_at(tokens, self._past_about(tokens, at + before) if before else at, self.lexicon)
        if span is None:
            return None
        if before and not longest(tokens, span.end, self._words.since):
            return self._moved(self.today, span, -1, span.end)
        if length := longest(tokens, span.end, self._words.ago):
            return self._moved(self.today, span, -1, span.end + length)
        for between, sign in ((self._words.since, 1), (self._words.until, -1)):
            length = longest(tokens, span.end, between)
            origin = self._origin(tokens, span.end + length) if length else None
            if origin is not None:
                return self._moved(origin.value, span, sign, origin.end)
        if self.lexicon.language == "en" and {unit for _, unit in span.value} <= {"week", "fortnight"}:
            start = span.end + longest(tokens, span.end, _ON)
            origin = self._named_origin(tokens, start)  # a week tomorrow, but not "2 weeks, december 5"
            return None if origin is None else self._moved(origin.value, span, 1, origin.end)
        return None

    def _origin(self, tokens: Sequence[Token], at: int) -> Match[date] | None:
        if at >= len(tokens):
            return None
        return self._named_origin(tokens, at) or self._dated(tokens, at)

    def _named_origin(self, tokens: Sequence[Token], at: int) -> Match[date] | None:
        return None if at >= len(tokens) else self._weekday(tokens, at) or self._relative(tokens, at)

    def _ahead(self, tokens: Sequence[Token], at: int) -> Match[Span] | None:
        before = longest(tokens, at, self._words.ahead) if at < len(tokens) else 0
        start = at + before
        span = span_at(tokens, start, self.lexicon)
        is_loose = any(longest(tokens, start, each) for each in (self._words.loose_spans, self._words.vague))
        if span is None or is_loose or (at > 0 and longest(tokens, at - 1, self._words.about) == 1):
            return None  # "in a couple of weeks", "about 3 days from now"
        after = longest(tokens, span.end, self._words.ahead_after)
        return Match(span.value, span.end + after) if before or after else None

    def _past_about(self, tokens: Sequence[Token], at: int) -> int:
        return at + longest(tokens, at, self._words.about)

    def _moved(self, day: date, span: Match[Span], sign: int, end: int) -> Match[date] | None:
        there = moved(day, span.value, sign)
        return None if there is None else Match(there, end)

    def _weeks_on(self, tokens: Sequence[Token], match: Match[date]) -> Match[date]:
        """Read "Monday week", "sunday fortnight", "mardi en huit"."""
        weeks = looked_up(tokens, match.end, self._words.weeks_on)
        return match if weeks is None else Match(match.value + timedelta(weeks=weeks.value), weeks.end)

    def _weeks_in(self, tokens: Sequence[Token], at: int) -> Match[Span] | None:
        """Read the weeks behind a weekday that are said in days: "Freitag in acht Tagen"."""
        weeks = looked_up(tokens, at, self._words.weeks_in)
        return None if weeks is None else Match(((weeks.value, "week"),), weeks.end)

    def _named_weekday(self, tokens: Sequence[Token], at: int, *, is_sure: bool = False) -> Match[int] | None:
        """Read a weekday's name. One of two letters may be another word ("so"), so it needs a dot, or to be alone."""
        if at >= len(tokens) or tokens[at].text not in self._words.weekdays:
            return None
        if at and (tokens[at - 1].text in self.lexicon.feasts or tokens[at - 1].text in _EACH | _ANY):  # Good Friday
            return None
        if at and tokens[at - 1].text in self._words.one and not is_sure:  # "one Friday" is any of them
            return None
        name, end = tokens[at].text, at + 1
        is_lead = at > 0 and tokens[at - 1].text in self._words.leads
        if name in self._words.homographs and is_lead and not (end < len(tokens) and tokens[end].kind == "digits"):
            return None  # "the sun"
        has_dot = end < len(tokens) and tokens[end].text == "." and tokens[end].glued
        is_followed = has_dot or self._follows_day(tokens, end)
        if len(name) < 3 and not (is_sure or is_followed or (len(tokens) == 1 and tokens[at].raw[0].isupper())):
            return None
        if end < len(tokens) and (tokens[end].text, self.lexicon.language) == ("morgen", "de"):
            end += 1  # "Freitag morgen" is a Friday
        return Match(self._words.weekdays[name], end + has_dot)

    def _follows_day(self, tokens: Sequence[Token], at: int) -> bool:
        """Say whether what follows belongs to a weekday: a comma, "21.", "den 21.", "abend"."""
        if at >= len(tokens):
            return False
        is_day = at + 1 < len(tokens) and tokens[at].text in self._words.before_day and tokens[at + 1].kind == "digits"
        is_other = tokens[at - 1].text in self._words.homographs  # "so abends"
        is_part = not is_other and longest(tokens, at, self.lexicon.clock.parts) > 0
        return is_day or is_part or tokens[at].kind == "digits" or tokens[at].text == ","
