"""The filters for dates, times, numbers and money. Their docstrings make the table of the reference.

A filter's value is what variables hold: `2026-11-27`, `19:30`, `2026-11-27T19:30`, or a number. Nothing (null, or an
unset variable) stays nothing, as with every other filter.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from minijinja import Environment, pass_state
from minijinja._lowlevel import State

from botflow.flow.templates import moments, plural_forms, wording

SETTINGS = "__settings"  # the name of the RenderSettings among a template's values
CLOCK_NAMES = ("now", "today")
# One use takes up to 150 microseconds, and minijinja's fuel does not count those that `map` makes.
MOST_USES = 1_000
_USED = "language filters used"
_REQUIRED = object()
_ZONE_LETTERS = frozenset("zZvVOXx")


class RenderSettings:
    """What filters know beside their value: the moment of the turn, the person's zone, and the languages to try.

    `zone` is called at most once, and only if a template needs it: to find a number's zone takes time.
    """

    def __init__(self, now: datetime, zone: Callable[[], ZoneInfo], languages: tuple[str, ...] = ()) -> None:
        self._now = now
        self._zone = zone
        self.languages = languages

    @cached_property
    def zone(self) -> ZoneInfo:
        return self._zone()

    @cached_property
    def now(self) -> datetime:
        """When the turn's message was received, by the person's clock."""
        return self._now.astimezone(self.zone)

    def clock_values(self) -> dict[str, str]:
        """Return `now` and `today` for templates."""
        return {"now": moments.text_of(self.now), "today": moments.text_of(self.now.date())}


_UNSET = RenderSettings(datetime(2000, 1, 1, tzinfo=UTC), lambda: ZoneInfo("UTC"))


def date_filter(settings: RenderSettings, value: Any, style: str) -> str:
    """A date in words: `27 November 2026` for people of the flow's language. `short`, `medium`, `long` (the default),
    `full` (with the weekday), or a CLDR pattern such as `EEEE d MMMM`."""
    given = moments.read_value(value)
    if isinstance(given, time):
        raise ValueError(f"{moments.clock_text(given)} is a time of day and has no date")
    day = moments.in_zone(given, settings.zone).date() if isinstance(given, datetime) else given
    return wording.worded_date(day, style, settings.languages)


def time_filter(settings: RenderSettings, value: Any, style: str) -> str:
    """A time of day: `19:30`, or `7:30 PM` in English. `short` (the default), `medium` (with seconds), `long` and
    `full` (with the zone), or a CLDR pattern such as `HH:mm`."""
    given = moments.read_value(value)
    if isinstance(given, time):
        moment = moments.at_clock(settings.now.date(), given, settings.zone)
        if style in ("short", "medium") or (style not in wording.STYLES and not set(style) & _ZONE_LETTERS):
            moment = datetime.combine(settings.now.date(), given, UTC)  # shows no zone, so no clock skips it
    elif isinstance(given, datetime):
        moment = moments.in_zone(given, settings.zone)
    else:
        raise ValueError(f"the date {given} has no time of day")
    return wording.worded_time(moment, style, settings.languages)


def datetime_filter(settings: RenderSettings, value: Any, style: str) -> str:
    """A date with its time: the styles of `date`, with hours and minutes, or a CLDR pattern."""
    given = moments.read_value(value)
    if not isinstance(given, datetime):
        what = f"the date {given} has no time of day" if isinstance(given, date) else f"{given:%H:%M} has no date"
        raise ValueError(f'{what}: join them as in day | at("09:00")')
    return wording.worded_moment(moments.in_zone(given, settings.zone), style, settings.languages)


def number_filter(settings: RenderSettings, value: Any, decimals: int | None) -> str:
    """A number with its separators: `1,234.5`, in German `1.234,5`. With a number of decimals: exactly so many, a half
    rounded up."""
    return wording.worded_number(value, decimals, settings.languages)


def money_filter(settings: RenderSettings, value: Any, currency: str) -> str:
    """An amount of a currency (ISO 4217): `€19.90`, in German `19,90 €`; with as many decimals as the currency has."""
    return wording.worded_money(value, currency, settings.languages)


def plural_filter(settings: RenderSettings, value: Any, forms: Mapping[str, str]) -> str:
    """The form of a text for a number, by the rules of the language: `zero`, `one`, `two`, `few`, `many` and `other`,
    which must be there. `#` is the number."""
    return plural_forms.worded_count(value, forms, settings.languages)


def shift_filter(settings: RenderSettings, value: Any, by: moments.Shift) -> str:
    """A date, time or moment, moved by up to a hundred years: `"-1d"`, `"2h 30m"`, `"1 month"`. Units: `s`, `m`
    (minutes), `h`, `d`, `w`, `months`, `years`."""
    return moments.text_of(moments.shifted(moments.read_value(value), by, settings.zone))


def at_filter(settings: RenderSettings, value: Any, clock: time) -> str:
    """The moment on that day when the person's clock shows this time."""
    return moments.text_of(moments.at_clock(moments.read_value(value), clock, settings.zone))


def timestamp_filter(settings: RenderSettings, value: Any) -> float:
    """A moment as seconds since 1970, to compare and to count with: `now | timestamp < due | timestamp`. A date counts
    from its midnight."""
    given = moments.read_value(value)
    if isinstance(given, time):
        raise ValueError(f"{moments.clock_text(given)} is a time of day and has no date")
    moment = given if isinstance(given, datetime) else moments.at_clock(given, time(0), settings.zone)
    return int(moments.in_zone(moment, settings.zone).timestamp())


@dataclass(frozen=True, slots=True)
class LanguageFilter:
    """A filter with at most one argument, or with named ones. `read` returns the argument's value, or raises ValueError
    with what is wrong with it; `read_named` does so with all named arguments together. `argument` is its name for
    people. `example` shows the filter in use."""

    apply: Callable[..., Any]
    example: str
    argument: str = ""
    read: Callable[[object], Any] | None = None
    default: Any = _REQUIRED
    read_named: Callable[[Mapping[str, object]], Any] | None = None

    def argument_of(self, name: str, given: tuple[object, ...], named: Mapping[str, object]) -> tuple[Any, ...]:
        """Return the argument, read, for `apply`; ValueError when it is missing, wrong or too much."""
        if self.read_named is not None and not given:
            return (self.read_named(named),)
        if named or len(given) > (1 if self.read else 0):
            takes = f"one argument, {self.argument}" if self.read else self.argument or "no argument"
            raise ValueError(f"{name} takes {takes}: {self.example}")
        if self.read is None:
            return ()
        if given:
            return (self.read(given[0]),)
        if self.default is _REQUIRED:
            raise ValueError(f"{name} needs {self.argument}: {self.example}")
        return (self.default,)


LANGUAGE_FILTERS: Mapping[str, LanguageFilter] = {
    "date": LanguageFilter(date_filter, 'day | date("full")', "a style or pattern", wording.date_style, "long"),
    "time": LanguageFilter(time_filter, "when | time", "a style or pattern", wording.time_style, "short"),
    "datetime": LanguageFilter(datetime_filter, "now | datetime", "a style or pattern", wording.moment_style, "long"),
    "number": LanguageFilter(number_filter, "price | number(2)", "a number of decimals", wording.decimals, None),
    "money": LanguageFilter(money_filter, 'price | money("EUR")', "a currency", wording.currency),
    "plural": LanguageFilter(
        plural_filter,
        'price | plural(one="# euro", other="# euros")',
        "named arguments",
        read_named=plural_forms.read_forms,
    ),
    "shift": LanguageFilter(shift_filter, 'day | shift("-1d")', "how far to move", moments.read_shift),
    "at": LanguageFilter(at_filter, 'day | at("09:00")', "a time of day", moments.read_clock),
    "timestamp": LanguageFilter(timestamp_filter, "now | timestamp"),
}


def add_language_filters(environment: Environment) -> None:
    """Add every filter of this file."""
    for name, function in _FUNCTIONS.items():
        environment.add_filter(name, function)


def _as_filter(name: str, language_filter: LanguageFilter) -> Callable[..., Any]:
    def apply(state: State, value: Any, *given: Any, **named: Any) -> Any:
        argument = language_filter.argument_of(name, given, named)
        if value is None or value == "":
            return value
        used = (state.get_temp(_USED) or 0) + 1
        if used > MOST_USES:
            raise ValueError(f"the filters for dates and numbers take at most {MOST_USES} values in one template")
        state.set_temp(_USED, used)
        settings = state.lookup(SETTINGS)
        return language_filter.apply(settings if isinstance(settings, RenderSettings) else _UNSET, value, *argument)

    return pass_state(apply)


_FUNCTIONS = {name: _as_filter(name, language_filter) for name, language_filter in LANGUAGE_FILTERS.items()}
