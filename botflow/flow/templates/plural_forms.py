"""The forms of a word beside a number: one pizza, two pizzas; in Polish there are four. Rules by the Unicode CLDR."""

from __future__ import annotations

from collections.abc import Mapping

from botflow.flow.templates.moments import shown
from botflow.flow.templates.wording import locale_of, read_number, worded_number

FORMS = ("zero", "one", "two", "few", "many", "other")
NUMBER = "#"  # in a form, stands for the number


def read_forms(written: Mapping[str, object]) -> Mapping[str, str]:
    """Return the forms by their names; ValueError says what is wrong with them."""
    unknown = sorted(written.keys() - set(FORMS))
    if unknown:
        raise ValueError(f"there is no form {unknown[0]!r}: the forms are {', '.join(FORMS)}")
    if "other" not in written:
        raise ValueError("the form `other` is missing, for all other numbers")
    wrong = next((form for form in written.values() if not isinstance(form, str)), None)
    if wrong is not None:
        raise ValueError(f"{shown(wrong)} is no text")
    return {name: str(form) for name, form in written.items()}


def worded_count(value: object, forms: Mapping[str, str], languages: tuple[str, ...]) -> str:
    """Return the form for a number in the first language that is known, with `#` as the number."""
    number = read_number(value)
    whole = number.to_integral_value()
    name = locale_of(languages).plural_form(int(whole) if number == whole else number)
    return forms.get(name, forms["other"]).replace(NUMBER, worded_number(number, None, languages))


def forms_of(language: str) -> tuple[str, ...]:
    """Return the forms that a language tells apart, `other` last."""
    rules = locale_of((language,)).plural_form
    return tuple(form for form in FORMS if form in rules.tags or form == "other")
