"""The words of the calendar in each language: months, weekdays, relative days. All folded (see `fold`)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

Unit = Literal["day", "week", "month", "year"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """One language. `months` are keyed by the first four letters; `ahead` matches "in 3 days"."""

    months: Mapping[str, int]
    weekdays: Mapping[str, int]
    relative_days: tuple[tuple[str, int], ...]
    units: Mapping[str, Unit]
    ahead: re.Pattern[str]
    next_week: tuple[str, ...]


def _numbered(names: str, first: int) -> Mapping[str, int]:
    """Number groups of names; the names of one group are separated by a vertical bar."""
    numbered = {}
    for number, group in enumerate(names.split(), first):
        numbered.update(dict.fromkeys(group.split("|"), number))
    return MappingProxyType(numbered)


def _units(days: str, weeks: str, months: str, years: str) -> Mapping[str, Unit]:
    named: dict[str, Unit] = {}
    named |= dict.fromkeys(days.split(), "day")
    named |= dict.fromkeys(weeks.split(), "week")
    named |= dict.fromkeys(months.split(), "month")
    named |= dict.fromkeys(years.split(), "year")
    return MappingProxyType(named)


_EN = _units("day days", "week weeks", "month months", "year years")
_DE = _units("tag tage tagen", "woche wochen", "monat monate monaten", "jahr jahre jahren")
_ES = _units("dia dias", "semana semanas", "mes meses", "ano anos")
_FR = _units("jour jours", "semaine semaines", "mois", "an ans annee")


def _ahead(before: str, one: str, units: Mapping[str, Unit], after: str = "(?!)") -> re.Pattern[str]:
    count, unit = rf"(?P<count>[0-9]{{1,4}}|{one})", "|".join(sorted(units, key=len, reverse=True))
    # Either a word comes before ("in 3 days") or after ("3 days from now"); the look-ahead needs one of the two.
    return re.compile(
        rf"\b(?=(?:{before}) |(?:[0-9]+|{one}) \w+ (?:{after}))(?:(?:{before}) )?{count} (?P<unit>{unit})\b"
    )


CALENDARS: Mapping[str, Calendar] = MappingProxyType(
    {
        "en": Calendar(
            months=_numbered(
                "janu|jan febr|feb marc|mar apri|apr may june|jun july|jul augu|aug sept|sep octo|oct nove|nov "
                "dece|dec",
                1,
            ),
            weekdays=_numbered(
                "monday|mon|mondays tuesday|tue|tues wednesday|wed|weds thursday|thu|thur|thurs friday|fri "
                "saturday|sat sunday|sun",
                0,
            ),
            relative_days=(
                ("day after tomorrow", 2),
                ("tomorrow", 1),
                ("tmrw", 1),
                ("tmr", 1),
                ("today", 0),
                ("tonight", 0),
                ("now", 0),
                ("day before yesterday", -2),
                ("yesterday", -1),
                ("in a fortnight", 14),
                ("a week from now", 7),
                ("a week from today", 7),
            ),
            units=_EN,
            ahead=_ahead("in|within", "an?|one", _EN, after="from now|from today|later|ahead|hence"),
            next_week=("next week", "week after", "of next week", "a week on"),
        ),
        "de": Calendar(
            months=_numbered(
                "janu|jan|jann febr|feb|feber marz|maer|mrz apri|apr mai juni|jun juli|jul augu|aug sept|sep "
                "okto|okt nove|nov deze|dez",
                1,
            ),
            weekdays=_numbered(
                "montag|mo|montags dienstag|di mittwoch|mi donnerstag freitag|fr samstag|sa|sonnabend sonntag", 0
            ),
            relative_days=(
                ("ubermorgen", 2),
                ("uebermorgen", 2),
                ("morgen", 1),
                ("heute", 0),
                ("jetzt", 0),
                ("vorgestern", -2),
                ("gestern", -1),
            ),
            units=_DE,
            ahead=_ahead("in", "ein|eine|einer|einem", _DE),
            next_week=("nachste woche", "nachster woche", "kommende woche", "naechste woche"),
        ),
        "es": Calendar(
            months=_numbered(
                "ener|ene febr|feb marz|mar abri|abr mayo|may juni|jun juli|jul agos|ago sept|sep|seti octu|oct "
                "novi|nov dici|dic",
                1,
            ),
            weekdays=_numbered("lunes|lun martes miercoles|mie jueves|jue viernes|vie sabado|sab domingo|dom", 0),
            relative_days=(
                ("pasado manana", 2),
                ("manana", 1),
                ("hoy", 0),
                ("ahora", 0),
                ("anteayer", -2),
                ("antes de ayer", -2),
                ("ayer", -1),
            ),
            units=_ES,
            ahead=_ahead("en|dentro de", "un|una", _ES),
            next_week=("semana que viene", "proxima semana", "semana proxima"),
        ),
        "fr": Calendar(
            months=_numbered(
                "janv|jan fevr|fev mars avri|avr mai juin juil aout sept|sep octo|oct nove|nov dece|dec", 1
            ),
            weekdays=_numbered("lundi|lun mardi|mar mercredi|mer jeudi|jeu vendredi|ven samedi|sam dimanche|dim", 0),
            relative_days=(
                ("apres demain", 2),
                ("demain", 1),
                ("aujourd'hui", 0),
                ("aujourd hui", 0),
                ("maintenant", 0),
                ("avant hier", -2),
                ("hier", -1),
            ),
            units=_FR,
            ahead=_ahead("dans|d'ici", "un|une", _FR),
            next_week=("semaine prochaine", "prochaine semaine"),
        ),
    }
)
