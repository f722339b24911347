"""A day and a time of it, as YYYY-MM-DDTHH:MM on the person's own clock: tomorrow at half past two, in 2 hours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import partial

from botflow.engine.inbound import Inbound
from botflow.nodes.answers.accounting import Harmless, Match, length_of_count, longest, only_value
from botflow.nodes.answers.calendar.clock_grammar import Clock, ClockGrammar, time_of
from botflow.nodes.answers.calendar.date_grammar import DateGrammar
from botflow.nodes.answers.calendar.dates import date_grammar
from botflow.nodes.answers.calendar.durations import length_at
from botflow.nodes.answers.calendar.former_value import moved_moment, shift_at, time_after
from botflow.nodes.answers.calendar.question_of_days import (
    is_about_past,
    is_one_of_several,
    is_told_of_past,
)
from botflow.nodes.answers.calendar.statements import is_about_own_day, words_beside_days
from botflow.nodes.answers.calendar.times import find_time
from botflow.nodes.answers.expectation import Accepted, Expectation, Reading, Refused
from botflow.nodes.answers.lexicons import lexicon_of
from botflow.nodes.answers.lexicons.lexicon import DayPart, Lexicon
from botflow.nodes.answers.numbers.number_grammar import NumberGrammar
from botflow.nodes.answers.spelling import corrected
from botflow.nodes.answers.tokens import MOST_TOKENS, Token, tokenize

_ASKING = frozenset("?¿-")
_DAY_S = 86_400
_NOON = 720  # minutes


def read_datetime(expectation: Expectation, inbound: Inbound, language: str, region: str | None) -> Reading:
    """Accept one day with a time, as YYYY-MM-DDTHH:MM in the time zone of `received_at`."""
    now = inbound.received_at
    past = isinstance(expectation.most, str) and expectation.most <= written_moment(now)
    former = datetime.fromisoformat(expectation.former) if expectation.former else None
    found = find_moment(inbound.text, now, language, region, expectation.question, past=past, former=former)
    if found is None:
        return Refused("not_a_datetime")
    if isinstance(expectation.least, str) and found < expectation.least:
        return Refused("too_early")
    return Refused("too_late") if isinstance(expectation.most, str) and found > expectation.most else Accepted(found)


@dataclass(slots=True)
class _Said:
    """What the words read so far say."""

    day: date | None = None
    clock: Clock | None = None
    span_s: float | None = None
    parts: list[DayPart] = field(default_factory=list)
    is_unclear: bool = False


def find_moment(
    text: str,
    received_at: datetime,
    language: str,
    region: str | None,
    question: str = "",
    *,
    past: bool = False,
    former: datetime | None = None,
) -> str | None:
    """Return the day and the time that `text` names; None when one of them is missing, there are several, or a word may
    change them. Hours and minutes from now ("in 2 hours") are counted from `received_at`, "2 hours later" from the
    moment `former` that it replaces."""
    lexicon = lexicon_of(language)
    tokens = corrected(tokenize(text, elides=lexicon.elides), lexicon)
    if is_about_own_day(tokens, question, lexicon):
        return None
    if is_one_of_several(tokens, question, lexicon) or is_told_of_past(tokens, question, lexicon):
        return None
    is_past = past or is_about_past(question, language)
    dates = date_grammar(received_at.date(), language, region, past=is_past, former=former and former.date())
    beside = words_beside_days(question, language)
    harmless = Harmless(lexicon, beside, question=question, marks=_ASKING, names=True)
    if former is not None:
        shift = only_value(tokens, partial(shift_at, lexicon=lexicon), harmless, lexicon)
        if shift is not None:
            there = moved_moment(former, shift)
            return None if there is None else _still_to_come(written_moment(there), former, received_at)
    try:
        said = _read(tokens, dates, harmless, lexicon)
    except OverflowError:  # beyond the calendar
        return None
    if former is not None and (said is None or said.day is None):
        later = _other_time(text, tokens, dates, question, former)
        if later is not None:
            return _still_to_come(later, former, received_at)
    if said is None:
        return None
    if said.span_s is not None:
        is_alone = said.day is None and said.clock is None
        then = received_at.astimezone(UTC) + timedelta(seconds=said.span_s)  # clocks may be put back meanwhile
        return written_moment(then.astimezone(received_at.tzinfo)) if is_alone else None
    if said.day is None or said.clock is None:
        return None
    time = _time(said.clock, said.parts, tokens, former)
    if time is None or said.is_unclear or _is_of_two_days(said.clock, said.parts, time):
        return None
    moment = f"{said.day.isoformat()}T{time}"
    return moment if _exists(moment, received_at) else None


def _other_time(text: str, tokens: Sequence[Token], dates: DateGrammar, question: str, former: datetime) -> str | None:
    """Return the moment on the day of the former one at the time that is all that is said: "at 8" after 7 pm."""
    if any(dates(tokens, at) is not None for at in range(len(tokens))):
        return None
    time = find_time(text, dates.lexicon.language, question, former=f"{former:%H:%M}")
    return None if time is None else f"{former.date().isoformat()}T{time}"


def _time(clock: Clock, parts: Sequence[DayPart], tokens: Sequence[Token], former: datetime | None) -> str | None:
    return time_of(clock, parts) if former is None else time_after(f"{former:%H:%M}", clock, parts, tokens)


def _still_to_come(moment: str, former: datetime, received_at: datetime) -> str | None:
    """Return a moment that exists and is not over, unless the one that it replaces was."""
    is_over = moment < written_moment(received_at) <= written_moment(former)
    return None if is_over or not _exists(moment, received_at) else moment


def _exists(moment: str, received_at: datetime) -> bool:
    """Say whether the person's clock shows this time: not in the hour that is left out when clocks are put forward."""
    local = datetime.fromisoformat(moment).replace(tzinfo=received_at.tzinfo)
    return local.astimezone(UTC).astimezone(received_at.tzinfo) == local


def _is_of_two_days(clock: Clock, parts: Sequence[DayPart], time: str) -> bool:
    """Say whether the time lies in the night behind a day to most people, and in the one before it to the calendar:
    "Friday night at 1", "Friday at midnight", "Friday at 12 am"; not "Friday 0:00"."""
    is_night = not {"night", "evening"}.isdisjoint((*parts, clock.part))
    is_midnight = time < "01:00" and (clock.is_named or clock.minutes >= _NOON)
    return is_midnight or (is_night and time < "05:00")


def _read(tokens: Sequence[Token], dates: DateGrammar, harmless: Harmless, lexicon: Lexicon) -> _Said | None:
    if len(tokens) > MOST_TOKENS:
        return None
    clocks, numbers, said, at = ClockGrammar(lexicon), NumberGrammar(lexicon), _Said(), 0
    while at < len(tokens):
        span = length_ahead(tokens, at, lexicon)
        day, clock, part = dates(tokens, at), clocks(tokens, at), clocks.part_at(tokens, at)
        if span is not None and said.span_s is None:
            said.span_s, at = span.value, span.end
        elif day is not None and (clock is None or day.end >= clock.end):
            if said.day not in (None, day.value):
                return None
            if part is not None:
                said.parts.append(part.value)
            said.day, at = day.value, day.end
        elif clock is not None and clock.value.is_clear:
            if said.clock not in (None, clock.value):
                return None
            said.is_unclear |= any(token.text == "24" for token in tokens[at : clock.end])  # of which day?
            said.clock, at = clock.value, clock.end
        elif part is not None:
            said.parts.append(part.value)
            at = part.end
        elif length := max(harmless(tokens, at), length_of_count(tokens, at, numbers, lexicon)):
            at += length
        else:
            return None
    return said


def length_ahead(tokens: Sequence[Token], at: int, lexicon: Lexicon) -> Match[float] | None:
    """Read "in 2 hours": a length of time with hours or minutes, from now on."""
    before = longest(tokens, at, lexicon.calendar.ahead)
    start = at + before + (longest(tokens, at + before, lexicon.calendar.about) if before else 0)
    length = length_at(tokens, start, lexicon) if start < len(tokens) else None
    if length is None or length.value % _DAY_S == 0:
        return None
    after = longest(tokens, length.end, lexicon.calendar.ahead_after) if length.end < len(tokens) else 0
    return Match(float(length.value), length.end + after) if before or after else None


def written_moment(moment: datetime) -> str:
    """Return a moment as it is stored: the reading of a clock, without its zone."""
    return moment.strftime("%Y-%m-%dT%H:%M")
