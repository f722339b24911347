"""What a phone number says of its place."""

from __future__ import annotations

import sys

import pytest

from botflow import phone_numbers
from botflow.errors import UsageError
from botflow.flow.compile import compile_flow
from botflow.nodes import built_in
from botflow.phone_numbers import country_of, normal_number, require_numbers, zone_of
from tests.engine.conversation import START


@pytest.mark.parametrize(
    ("number", "country"),
    [
        ("+4930123456", "DE"),
        ("+12125550100", "US"),
        ("+16135550100", "CA"),  # the same calling code as the United States
        ("+442071838750", "GB"),
        ("+15550001111", "US"),  # no number of any plan: its code's main country
        ("+8001234", None),  # of no country
        ("12345", None),  # a short code
        ("ann", None),
        ("", None),
    ],
)
def test_a_number_has_a_country_or_none(number: str, country: str | None) -> None:
    assert country_of(number) == country


@pytest.mark.parametrize(
    ("number", "zone"),
    [
        ("+12125550100", "America/New_York"),
        ("+4930123456", "Europe/Berlin"),
        ("+78001234567", None),  # a country of many zones
        ("ann", None),
    ],
)
def test_a_number_of_one_zone_tells_it(number: str, zone: str | None) -> None:
    found = zone_of(number)

    assert (found.key if found else None) == zone


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("+12125550100", "+12125550100"),
        (" +1 (212) 555-0100 ", "+12125550100"),
        ("+1\u2011212\u2011555\u20110100", "+12125550100"),  # hyphens that do not break
        ("0049 30 123456", "+4930123456"),
        ("+44 (0)20 7946 0958", "+442079460958"),
        ("+39 (0)6 698 82422", "+390669882422"),  # Rome: the zero is dialled from abroad, too
        ("00378 (0)549 882914", "+3780549882914"),
        ("\u202a+49 30 123456\u202c", "+4930123456"),  # as address books of phones copy it
        ("12125550100", "+12125550100"),  # E.164 without its plus
        ("1-212-555-0100", "+12125550100"),
        ("1.212.555.0100", "+12125550100"),
        ("\uff0b\uff11\uff12\uff11\uff12\uff15\uff15\uff15\uff10\uff11\uff10\uff10", "+12125550100"),  # full width
        ("+\u0661\u0662\u0661\u0662\u0665\u0665\u0665\u0660\u0661\u0660\u0660", "+12125550100"),
        ("2125550100", "2125550100"),  # of which country?
        ("0171 1234567", "0171 1234567"),
        ("+" + "1" * 100, "+" + "1" * 100),
        ("12345", "12345"),
        ("55 501", "55 501"),
        (" Shop & Co ", "Shop & Co"),
        ("visitor:x", "visitor:x"),
        ("+0123456789", "+0123456789"),
        ("00", "00"),
        ("", ""),
    ],
)
def test_a_number_is_stored_in_one_form_and_what_is_no_number_as_it_is(written: str, normal: str) -> None:
    assert normal_number(written) == normal
    assert normal_number(normal) == normal


@pytest.mark.parametrize(
    ("written", "region", "normal"),
    [
        ("0171 1234567", "DE", "+491711234567"),
        ("0049 171 1234567", "DE", "+491711234567"),
        ("(212) 555-0100", "US", "+12125550100"),
        ("1 212 555 0100", "US", "+12125550100"),
        ("011 49 171 1234567", "US", "+491711234567"),
        ("+49 171 1234567", "US", "+491711234567"),
        ("491711234567", "US", "+491711234567"),
        ("13800138000", "CN", "+8613800138000"),
        ("12345", "US", "12345"),
        ("ann", "US", "ann"),
    ],
)
def test_a_number_without_a_country_code_belongs_to_the_region(written: str, region: str, normal: str) -> None:
    assert normal_number(written, region) == normal


def test_publishing_says_when_countries_cannot_be_told(monkeypatch: pytest.MonkeyPatch) -> None:
    document = {"botflow": 1, "id": "pizza", "nodes": [START], "countries": ["DE"]}
    flow = compile_flow({"pizza": document}, "pizza", {kind.name: kind for kind in built_in()})
    require_numbers(flow)

    monkeypatch.setattr(phone_numbers, "find_spec", lambda name: None)

    with pytest.raises(UsageError) as refused:
        require_numbers(flow)
    assert refused.value.code == "countries.unsupported"
    assert "botflow[answers]" in (refused.value.hint or "")


def test_without_the_numbering_plans_a_number_tells_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "phonenumbers", None)

    assert (country_of("+12125550100"), zone_of("+12125550100")) == (None, None)
    assert normal_number("+1 212 555 0100") == "+12125550100"
