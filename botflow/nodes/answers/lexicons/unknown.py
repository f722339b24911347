"""A language that has no lexicon: figures are read, and hardly a word.

English words would be guesses: a Dutch "half 8" is half past seven, and an Italian "6 no 7" no correction. Only the
names of months and days are read, whole, because botflow's own sentences are English in such a flow ("12 March").
"""

from __future__ import annotations

from dataclasses import replace

from botflow.nodes.answers.lexicons.en import EN
from botflow.nodes.answers.lexicons.lexicon import Phrases, StatementWords, table, word_table, words

_WHOLE_NAMES = words(
    "january february march april may june july august september october november december"
)  # the Italian "mar" is a Tuesday

UNKNOWN = replace(
    EN,
    numbers=replace(
        EN.numbers,
        pieces={},
        wholes=Phrases(),
        negative=frozenset(),
        point=frozenset(),
        halves=Phrases(),
        quarters=Phrases(),
        half_of=Phrases(),
        fractions={},
        many={},
        suffixes={},
    ),
    calendar=replace(
        EN.calendar,
        months={name: month for name, month in EN.calendar.months.items() if name in _WHOLE_NAMES},
        weekdays={name: day for name, day in EN.calendar.weekdays.items() if name.endswith("day")},
        days=table({"today": 0, "tomorrow": 1}),
        units={"h": "hour", "min": "minute"},
        one=frozenset(),
        ahead=Phrases(),
        ahead_after=Phrases(),
        ago=Phrases(),
        neighbours=Phrases(),
        since=Phrases(),
        until=Phrases(),
        orders=Phrases(),
        orders_after=Phrases(),
        weeks=Phrases(),
        this_month=Phrases(),
        ordinal_ends=frozenset(),
        of=frozenset(),
        about=Phrases(),
        before_day=frozenset(),
        feast_days=Phrases(),
        years=Phrases(),
        weeks_on=Phrases(),
        nth=Phrases(),
        of_month=Phrases(),
        verbs=frozenset(),
        homographs=frozenset(),
        leads=frozenset(),
    ),
    clock=replace(
        EN.clock,
        named=Phrases(),
        hour_marks=frozenset(("h",)),
        shares={},
        past=Phrases(),
        to=Phrases(),
        half_to=Phrases(),
        before=frozenset(),
        parts=table({"am,a m": "am", "pm,p m": "pm"}),
        bounds=Phrases(),
        joining=Phrases(),
        about_ends=frozenset(),
    ),
    harmless=Phrases(),
    corrections=Phrases(),
    counted=Phrases(),
    holders=frozenset(),
    spans=Phrases(),
    elapsed=Phrases(),
    moving=Phrases(),
    statements=StatementWords(),
    and_words=frozenset(),
    currencies=word_table({"euro eur": "EUR", "usd": "USD", "gbp": "GBP", "chf": "CHF"}),
    cents={},
    stars=frozenset(),
    out_of=Phrases(),
)
