"""What the offline model reads out of messages: amounts, dates, names and listed words, in three languages."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from botflow.engine.asks import AskModel, ExtractField
from botflow.runtime.offline_model import LexicalModel

SATURDAY = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


def text_field(name: str, description: str = "") -> ExtractField:
    return ExtractField(name=name, description=description)


def field(name: str, kind: Any, description: str = "") -> ExtractField:
    return ExtractField(name=name, type=kind, description=description)


async def extract(text: str, *fields: ExtractField, language: str = "en") -> dict[str, Any]:
    ask = AskModel(purpose="extract", text=text, fields=fields, language=language, now=SATURDAY)
    answer = await LexicalModel().answer(ask)
    assert answer.failure is None
    assert isinstance(answer.value, dict)
    return answer.value


async def test_an_order_in_one_sentence_is_read_whole() -> None:
    found = await extract(
        "two large pizzas for tomorrow at 7pm, my name is Anna Schmidt",
        field("qty", "integer", "how many pizzas"),
        text_field("size", "small, medium or large"),
        field("day", "date"),
        text_field("name"),
    )
    assert found == {"qty": 2, "size": "large", "day": "2026-11-22", "name": "Anna Schmidt"}


@pytest.mark.parametrize(
    ("language", "text", "number", "day"),
    [
        ("en", "twenty-one tickets for next monday", 21, "2026-11-23"),
        ("de", "zwei Karten für übermorgen bitte", 2, "2026-11-23"),
        ("de", "ich brauche 3 Stück am 5. Dezember", 3, "2026-12-05"),
        ("es", "quiero tres entradas para el lunes", 3, "2026-11-23"),
        ("es", "dos para mañana", 2, "2026-11-22"),
    ],
)
async def test_amounts_and_dates_are_told_apart(language: str, text: str, number: int, day: str) -> None:
    fields = (field("amount", "integer"), field("day", "date"))
    assert await extract(text, *fields, language=language) == {"amount": number, "day": day}


async def test_two_numbers_go_to_the_fields_that_name_them() -> None:
    found = await extract(
        "a table for 4 people and 2 dogs",
        field("dogs", "integer"),
        field("guests", "integer", "number of people"),
    )
    assert found == {"dogs": 2, "guests": 4}


@pytest.mark.parametrize("text", ["I want a pizza", "call me at 7:30", "order #4471 is late", "on 3 December"])
async def test_what_is_no_amount_is_not_read_as_one(text: str) -> None:
    assert await extract(text, field("qty", "integer")) == {}


async def test_a_reference_is_read_where_a_number_of_something_is_asked_for() -> None:
    found = await extract("order #4471 is late", field("order", "integer", "the order number"), field("qty", "integer"))
    assert found == {"order": 4471}


async def test_a_fraction_is_no_integer() -> None:
    assert await extract("2.5 kilos", field("kilos", "integer")) == {}
    assert await extract("2.5 kilos", field("kilos", "number")) == {"kilos": 2.5}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("with delivery please", {"delivery": True}),
        ("no delivery please", {"delivery": False}),
        ("yes please", {"delivery": True}),
        ("nope", {"delivery": False}),
        ("a mug", {}),
    ],
)
async def test_a_boolean_is_what_is_said_of_its_name_or_a_plain_yes(text: str, found: dict[str, bool]) -> None:
    assert await extract(text, field("delivery", "boolean")) == found


async def test_addresses_and_references_are_found_by_what_a_field_is_called() -> None:
    found = await extract(
        "It is order AB-4471, please write to ann@example.com and call +49 30 1234567",
        text_field("orderNumber"),
        text_field("email"),
        text_field("phone"),
    )
    assert found == {"orderNumber": "AB-4471", "email": "ann@example.com", "phone": "+49301234567"}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("order AB-4471 never came, write to me or call me", "AB-4471"),
        ("where is my order AB-4471?", "AB-4471"),
        ("Is my order AB-4471?", None),
        ("my wife's order AB-4471 never came", None),
        ("order AB-4471 or AB-4472", None),
        ("order AB-4471. Sorry, wrong number", None),
    ],
)
async def test_a_reference_counts_beside_other_words_unless_they_take_it_back(text: str, found: str | None) -> None:
    assert (await extract(text, text_field("orderNumber"))).get("orderNumber") == found


async def test_a_short_message_is_the_value_of_an_only_field() -> None:
    assert await extract("pepperoni.", text_field("topping", "the topping they want")) == {"topping": "pepperoni"}
    assert await extract("what do you have?", text_field("topping", "the topping they want")) == {}
    assert await extract("pepperoni", text_field("topping"), text_field("drink")) == {}


async def test_a_reply_is_the_fallback_text_and_streams() -> None:
    pieces: list[str] = []

    async def on_delta(piece: str) -> None:
        pieces.append(piece)

    ask = AskModel(purpose="reply", text="hi", fallback="We will call you.", stream=True)
    answer = await LexicalModel().answer(ask, on_delta)
    assert (answer.value, pieces) == ("We will call you.", ["We will call you."])
