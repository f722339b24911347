"""Dates, as YYYY-MM-DD, relative to the day on which the person wrote."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from functools import partial

from botflow.engine.inbound import Inbound
from botflow.languages import base_language, country_in
from botflow.nodes.answers.accounting import Harmless, Match, Said, length_of_count, longest, only_value
from botflow.nodes.answers.calendar.calendar_days import Day
from botflow.nodes.answers.calendar.date_grammar import DateGrammar
from botflow.nodes.answers.calendar.question_of_days import (
    is_about_past,
    is_one_of_several,
    is_told_of_past,
)
from botflow.nodes.answers.calendar.statements import is_about_own_day, words_beside_days
from botflow.nodes.answers.calendar.times import length_of_hours, length_of_time
from botflow.nodes.answers.calendar.weekday_names import contradicts_weekday
from botflow.nodes.answers.expectation import Accepted, Expectation, Reading, Refused
from botflow.nodes.answers.lexicons import LEXICONS, lexicon_of
from botflow.nodes.answers.lexicons.lexicon import Lexicon
from botflow.nodes.answers.numbers.number_grammar import NumberGrammar
from botflow.nodes.answers.spelling import corrected
from botflow.nodes.answers.tokens import Token, tokenize

_ASKING = frozenset("?¿")
_SILENT = frozenset(".,!")
_LONGEST_BY_LIBRARY = 80
_MONTH_FIRST_REGIONS = frozenset({"US", "PR", "GU", "VI", "PH"})


def read_date(expectation: Expectation, inbound: Inbound, language: str, region: str | None) -> Reading:
    """Accept one date, as YYYY-MM-DD; a day without a year is the next such day, where only the past is allowed the
    last one."""
    today = inbound.received_at.date()
    past = isinstance(expectation.most, str) and expectation.most <= today.isoformat()
    former = date.fromisoformat(expectation.former) if expectation.former else None
    found = find_date(inbound.text, today, language, region, expectation.question, past=past, former=former)
    if found is None:
        return Refused("not_a_date")
    value = found.isoformat()
    if isinstance(expectation.least, str) and value < expectation.least:
        return Refused("too_early")
    return Refused("too_late") if isinstance(expectation.most, str) and value > expectation.most else Accepted(value)


def find_date(
    text: str,
    today: date,
    language: str,
    region: str | None,
    question: str = "",
    *,
    past: bool = False,
    former: date | None = None,
) -> date | None:
    """Return the date that `text` names, seen from `today`; None when it names none, several, one that does not exist,
    or when a word may change it. A time of day beside it is no part of it: "tomorrow at 10.30" is tomorrow. "Monday" is
    the last one with `past`, and at a question about the past. Where it replaces the day `former`, "a week later" is
    counted from that, "the 21st" is in its month, and a weekday alone must be one of the coming week as that is."""
    lexicon = lexicon_of(language)
    tokens = corrected(tokenize(text, elides=lexicon.elides), lexicon)
    if is_one_of_several(tokens, question, lexicon) or is_about_own_day(tokens, question, lexicon):
        return None
    grammar = partial(date_grammar, today, language, region, former=former)
    if is_told_of_past(tokens, question, lexicon):
        return None if question else _past_day(tokens, (grammar(past=False), grammar(past=True)), today)
    is_past = past or is_about_past(question, language)
    found = _only_day(tokens, grammar(past=is_past), question)
    if found is None and former is not None and (day := _bare_day(tokens)):
        return grammar(past=is_past).seen(Day(day), None, past=is_past)
    if found is None and base_language(language) not in LEXICONS:
        return _by_library(text, today, language)
    return found


def _only_day(tokens: Sequence[Token], grammar: DateGrammar, question: str) -> date | None:
    """Return the one day that is named beside words that do not change it."""
    lexicon = grammar.lexicon
    number = NumberGrammar(lexicon)
    beside = words_beside_days(question, lexicon.language)
    harmless = Harmless(lexicon, beside, question=question, marks=_ASKING | {"-"}, names=True)
    has_day = False

    def read(tokens: Sequence[Token], at: int) -> Match[date] | None:
        nonlocal has_day
        day = grammar(tokens, at)
        has_day |= day is not None
        return day

    def skip(tokens: Sequence[Token], at: int) -> int:
        hours = length_of_hours(tokens, at, lexicon)
        if hours and has_day:
            return hours
        if longest(tokens, at, lexicon.statements.or_so) or begins_at_day(tokens, at, lexicon):
            return 0
        count = length_of_count(tokens, at, number, lexicon)
        return max(length_of_time(tokens, at, lexicon), length_of_money(tokens, at), count, harmless(tokens, at))

    try:
        return only_value(tokens, read, skip, lexicon, _amended(lexicon))
    except OverflowError:  # beyond the calendar
        return None


def _past_day(tokens: Sequence[Token], grammars: Sequence[DateGrammar], today: date) -> date | None:
    """Return the day of what is told of the past, where no question may ask for another one: a day with its year, not
    "Friday", which is the last or the next one."""
    first, second = (_only_day(tokens, grammar, "") for grammar in grammars)
    return first if first is not None and first == second and first < today else None


def begins_at_day(tokens: Sequence[Token], at: int, lexicon: Lexicon) -> bool:
    """Say whether "from ... on" begins at `at` in words that are harmless one by one: "à partir de vendredi"."""
    return longest(tokens, at, lexicon.calendar.since) > 1


def _amended(lexicon: Lexicon) -> Callable[[Said[date], Said[date]], date | None]:
    """Return what "friday, no wait, saturday" means. In "12 March, no, the 13th" the second day lacks its month, and in
    "last friday, no, saturday" its week: these are asked again."""
    calendar = lexicon.calendar

    def parts_of(tokens: Sequence[Token]) -> set[str]:
        parts = {"month" for token in tokens if token.text in calendar.months}
        parts |= {"weekday" for token in tokens if token.text in calendar.weekdays}
        parts |= {"year" for token in tokens if token.kind == "digits" and len(token.text) == 4}
        parts |= {"number" for token in tokens if token.kind == "digits"}
        orders = (calendar.orders, calendar.orders_after, calendar.weeks, calendar.this_month)
        return parts | {"order" for at in range(len(tokens)) if any(longest(tokens, at, each) for each in orders)}

    def amended(former: Said[date], second: Said[date]) -> date | None:
        return second.value if parts_of(former.tokens) <= parts_of(second.tokens) else None

    return amended


def _bare_day(tokens: Sequence[Token]) -> int:
    """Return the number that is all that is said, 0 for anything else: "15" after the 14th."""
    said = [token for token in tokens if token.text not in _SILENT]
    return int(said[0].text) if len(said) == 1 and said[0].kind == "digits" and len(said[0].text) < 3 else 0


def date_in(text: str, today: date, language: str, region: str | None) -> date | None:
    """Return the one date in a longer text, whatever else it says: a model's work, not the reading of an answer."""
    lexicon = lexicon_of(language)
    grammar = date_grammar(today, language, region)
    try:
        return only_value(tokenize(text, elides=lexicon.elides), grammar, lambda tokens, at: 1)
    except OverflowError:
        return None


def date_grammar(
    today: date, language: str, region: str | None, *, past: bool = False, former: date | None = None
) -> DateGrammar:
    """Return what reads the date that begins at a token, with `past` the last such day."""
    months_first = has_months_first(language, region)
    country = (region or country_in(language)).upper()
    lexicon = lexicon_of(language)
    return DateGrammar(lexicon, today, months_first=months_first, past=past, former=former, country=country)


def length_of_money(tokens: Sequence[Token], at: int) -> int:
    """Return how many tokens an amount takes that begins with a sign of money: "$12" is no day."""
    is_amount = tokens[at].text in ("$", "€", "£") and at + 1 < len(tokens) and tokens[at + 1].kind == "digits"
    return 2 if is_amount else 0


def has_months_first(language: str, region: str | None) -> bool:
    """Say whether 3/4 is 4 March where the person lives."""
    country = (region or country_in(language)).upper()
    return country in _MONTH_FIRST_REGIONS or (base_language(language) == "en" and not country)


def _by_library(text: str, today: date, language: str) -> date | None:
    """Ask dateparser, for a language that has no lexicon here.

    It takes "no" and "12" for dates, so a day and a month must both be there; it reads the clock and the machine's
    time zone unless it is told both.
    """
    if len(text) > _LONGEST_BY_LIBRARY or sum(character.isalpha() for character in text) < 3:
        return None
    try:
        from dateparser import parse
    except ImportError:
        return None
    from datetime import datetime, time

    settings = {
        "RELATIVE_BASE": datetime.combine(today, time(12)),
        "PREFER_DATES_FROM": "future",
        "REQUIRE_PARTS": ["day", "month"],
        "TIMEZONE": "UTC",
        "RETURN_AS_TIMEZONE_AWARE": False,
    }
    try:
        found = parse(text, languages=[base_language(language)], settings=settings)
    except (ValueError, OverflowError):  # no such language, or a year beyond the calendar
        return None
    return found.date() if found and not contradicts_weekday(text, found.date(), language) else None
