"""Dates, times, numbers and money in the words of a language, and `now` and `today`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from babel import localedata

from botflow.errors import FlowError
from botflow.flow.templates.language_filters import LANGUAGE_FILTERS, SETTINGS, RenderSettings
from botflow.flow.templates.template import Templates

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 26, 23, 28, 42, 900_000, tzinfo=UTC)  # in Berlin it is the 27th already
VALUES: dict[str, Any] = {
    "day": "2026-11-27",
    "evening": "19:30",
    "both": "2026-11-27T19:30",
    "moment": "2026-11-27T18:30:00Z",
    "price": 1234.5,
    "nothing": None,
}


def render(source: str, *languages: str, zone: ZoneInfo = BERLIN, **more: Any) -> str:
    return Templates().render(source, {**VALUES, **more, SETTINGS: RenderSettings(NOW, lambda: zone, languages)})


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "November 27, 2026 / 7:30 PM / 1,234.50 / €1,234.50"),
        ("en-GB", "27 November 2026 / 19:30 / 1,234.50 / €1,234.50"),
        ("de", "27. November 2026 / 19:30 / 1.234,50 / 1.234,50 €"),
        ("de-AT", "27. November 2026 / 19:30 / 1.234,50 / € 1.234,50"),
        ("de_CH", "27. November 2026 / 19:30 / 1'234.50 / EUR 1'234.50"),
        ("es", "27 de noviembre de 2026 / 19:30 / 1.234,50 / 1.234,50 €"),
        ("fr", "27 novembre 2026 / 19:30 / 1 234,50 / 1 234,50 €"),
        ("pt-BR", "27 de novembro de 2026 / 19:30 / 1.234,50 / € 1.234,50"),
        ("ja", "2026年11月27日 / 19:30 / 1,234.50 / €1,234.50"),
    ],
)
def test_values_are_in_the_words_of_the_language(language: str, text: str) -> None:
    assert (
        render("{{ day|date }} / {{ evening|time }} / {{ price|number(2) }} / {{ price|money('EUR') }}", language)
        == text
    )


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("{{ day|date('short') }}", "27.11.26"),
        ("{{ day|date('medium') }}", "27.11.2026"),
        ("{{ day|date('full') }}", "Freitag, 27. November 2026"),
        ("{{ day|date('EEEE') }}, {{ day|date(\"d. MMM 'im Jahr' y\") }}", "Freitag, 27. Nov. im Jahr 2026"),
        ("{{ both|date }} {{ both|time }} {{ moment|time }}", "27. November 2026 19:30 19:30"),
        ("{{ both|datetime }} + {{ moment|datetime('short') }}", "27. November 2026, 19:30 + 27.11.26, 19:30"),
        ("{{ both|datetime('EE HH:mm') }} {{ both|time('medium') }}", "Fr. 19:30 19:30:00"),
        ("{{ both|time('long') }} {{ evening|time('long') }}", "19:30:00 MEZ 19:30:00 MEZ"),
        ("{{ evening|time('full') }}", "19:30:00 Mitteleuropäische Normalzeit"),
        ("{{ '9:05'|time('H.mm') }}", "9.05"),
        ("{{ now }} {{ today }}", "2026-11-27T00:28:42+01:00 2026-11-27"),
        ("{{ now|time }} {{ today|date }}", "00:28 27. November 2026"),
        ("{% if day == today %}heute{% endif %}", "heute"),
        ("{{ 5|number }} {{ 0.1|number }} {{ 2.675|number(2) }} {{ '12.5'|number(0) }}", "5 0,1 2,68 13"),
        ("{{ (0 - 0.4)|number(0) }} {{ -1234567|number }}", "0 -1.234.567"),
        ("{{ 19.9|money('EUR') }} {{ 19.9|money('jpy') }} {{ 1|money('KWD') }}", "19,90 € 20 ¥ 1,000 KWD"),
        ("{{ [day, today]|map('date', 'short')|join(' ') }}", "27.11.26 27.11.26"),
        (
            "[{{ nothing|date }}{{ unset|time }}{{ unset|shift('1d')|date }}{{ ''|number }}{{ nothing|money('EUR') }}]",
            "[]",
        ),
    ],
)
def test_a_template_says(source: str, text: str) -> None:
    assert render(source, "de") == text


def test_variables_called_now_and_today_come_first() -> None:
    assert render("{{ now }} {{ today|date }}", "en", now="at once", today="2026-01-02") == "at once January 2, 2026"
    assert render("{% for today in ['2026-01-02'] %}{{ today }}{% endfor %} {{ today }}") == "2026-01-02 2026-11-27"


@pytest.mark.parametrize(
    ("languages", "text"),
    [
        (("xx",), "November 27, 2026"),
        ((), "November 27, 2026"),
        (("klingon", "de"), "27. November 2026"),
        (("de-XX-nonsense",), "27. November 2026"),
        (("zz-ZZ", "", "../etc", "es"), "27 de noviembre de 2026"),
        (("DE",), "27. November 2026"),
    ],
)
def test_an_unknown_language_falls_back(languages: tuple[str, ...], text: str) -> None:
    assert render("{{ day|date }}", *languages) == text


def test_every_language_of_cldr_words_every_value_without_special_spaces() -> None:
    source = (
        "{{ day|date('full') }}{{ both|datetime }}{{ both|time('medium') }}{{ price|number(2) }}{{ 1|money('USD') }}"
    )
    for language in localedata.locale_identifiers():
        text = render(source, language)
        assert not set(text) & set("\u00a0\u202f\u2009\u2212"), (language, text)


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("{{ 'soon'|date }}", "'soon' is neither a date such as 2026-11-27"),
        ("{{ '2026-02-30'|date }}", "'2026-02-30' is neither"),
        ("{{ 5|date }}", "5 is neither a date"),
        ("{{ '27.11.2026'|date }}", "is neither a date"),
        ("{{ evening|date }}", "19:30 is a time of day and has no date"),
        ("{{ day|time }}", "the date 2026-11-27 has no time of day"),
        ("{{ day|datetime }}", r'the date 2026-11-27 has no time of day: join them as in day \| at\("09:00"\)'),
        ("{{ day|date('dd.mm.yyyy') }}", "m is the minute; the month is M or MM"),
        ("{{ both|datetime('dd.mm.yyyy') }}", "has minutes"),
        ("{{ day|date('DD.MM.YYYY') }}", "the day of the month is d or dd"),
        ("{{ day|date('YYYY') }}", "the year is yyyy"),
        ("{{ evening|time('HH:MM') }}", "the minute is mm"),
        ("{{ day|date('%d.%m.%Y') }}", "a pattern of another language"),
        ("{{ day|date('lnog') }}", "did you mean long"),
        ("{{ day|date('d of MMMM') }}", "no field of a date"),
        ("{{ day|date('" + "d" * 65 + "') }}", "at most 64 characters"),
        ("{{ day|date('" + "d" * 30 + "') }}", "cannot be read"),
        ("{{ day|date(5) }}", "5 is no style for a date"),
        ("{{ day|date('short', 'long') }}", "date takes one argument"),
        ("{{ day|date(style='short') }}", "date takes one argument"),
        ("{{ price|money }}", "money needs a currency"),
        ("{{ price|money('EURO') }}", "did you mean EUR"),
        ("{{ price|number('2') }}", "without quotes"),
        ("{{ price|number(99) }}", "0 to 10"),
        ("{{ 'many'|number }}", "'many' is no number"),
        ("{{ true|money('EUR') }}", "True is no number"),
        ("{{ 1e30|number }}", "too large"),
    ],
)
def test_what_cannot_be_worded_is_said(source: str, why: str) -> None:
    with pytest.raises(FlowError, match=why) as failed:
        render(source, "de")

    assert failed.value.code == "template.failed"
    assert len(str(failed.value)) < 400


@pytest.mark.parametrize(
    "source",
    [
        "{% for i in range(1000) %}{% for j in range(1000) %}{{ 5|money('EUR') }}{% endfor %}{% endfor %}",
        "{{ many|map('date', 'full')|list|length }}",
        "{{ many|map('shift', '1d')|list|length }}",
    ],
)
def test_one_template_words_a_bounded_number_of_values(source: str) -> None:
    many = ["2026-11-27"] * 60_000  # minijinja's fuel does not count what `map` does

    with pytest.raises(FlowError, match="at most 1000 values"):
        render(source, many=many)
    with pytest.raises(FlowError, match="at most 1000 values"):
        Templates().evaluate("many|map('date')|list", {"many": many})
    assert render("{{ few|map('date')|list|length }}", few=many[:1_000]) == "1000"


def test_every_filter_has_a_docstring_and_an_example_that_works() -> None:
    values = {**VALUES, "when": "19:30", SETTINGS: RenderSettings(NOW, lambda: BERLIN)}
    for language_filter in LANGUAGE_FILTERS.values():
        assert language_filter.apply.__doc__
        assert Templates().evaluate(language_filter.example, values)


@pytest.mark.parametrize(
    ("language", "number", "expected"),
    [
        *(("pl", number, said) for number, said in ((1, "1 kot"), (3, "3 koty"), (5, "5 kotów"), (1.5, "1,5 kota"))),
        *(("pl", number, said) for number, said in ((22, "22 koty"), (12, "12 kotów"), (1000, "1 000 kotów"))),
        *(("ar", number, said) for number, said in ((0, "لا قطط"), (1, "قطة"), (2, "قطتان"), (3, "3 قطط"))),
        *(("en", number, said) for number, said in ((1, "1 cat"), (0, "0 cats"), ("1.5", "1.5 cats"))),
        *(("en", number, said) for number, said in ((-1, "-1 cat"), (1234, "1,234 cats"))),
    ],
)
def test_a_plural_has_the_form_of_its_language(language: str, number: object, expected: str) -> None:
    forms = {
        "pl": 'one="# kot", few="# koty", many="# kotów", other="# kota"',
        "ar": 'zero="لا قطط", one="قطة", two="قطتان", few="# قطط", many="# قطة", other="# قطة"',
        "en": 'one="# cat", other="# cats"',
    }[language]
    settings = RenderSettings(NOW, lambda: BERLIN, (language,))
    assert Templates().render(f"{{{{ n | plural({forms}) }}}}", {"n": number, SETTINGS: settings}) == expected
