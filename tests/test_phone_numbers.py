"""What a phone number says of its place."""

from __future__ import annotations

import pytest

from botflow import phone_numbers
from botflow.errors import UsageError
from botflow.flow.compile import compile_flow
from botflow.nodes import built_in
from botflow.phone_numbers import country_of, require_numbers, zone_of
from tests.engine.conversation import START


@pytest.mark.parametrize(
    ("number", "country"),
    [
        ("+4930123456", "DE"),
        ("+12125550100", "US"),
        ("+16135550100", "CA"),  # the same calling code as the United States
        ("+442071838750", "GB"),
        ("whatsapp:+4930123456", "DE"),
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
    assert zone_of(number) == zone


def test_publishing_says_when_countries_cannot_be_told(monkeypatch: pytest.MonkeyPatch) -> None:
    document = {"botflow": 1, "id": "pizza", "nodes": [START], "countries": ["DE"]}
    flow = compile_flow({"pizza": document}, "pizza", {kind.name: kind for kind in built_in()})
    require_numbers(flow)

    monkeypatch.setattr(phone_numbers, "find_spec", lambda name: None)

    with pytest.raises(UsageError) as refused:
        require_numbers(flow)
    assert refused.value.code == "countries.unsupported"
    assert "botflow[answers]" in (refused.value.hint or "")
    assert zone_of("+12125550100") is None
