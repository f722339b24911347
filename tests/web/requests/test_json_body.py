"""JSON of strangers: one pass over the body, whatever it holds. The sizes would cost a backtracking pattern hours."""

from __future__ import annotations

from typing import Annotated

import pytest
from pydantic import Field

from botflow.errors import RejectedInbound
from botflow.service.models import Body
from botflow.service.sessions.session_changes import VisitorName
from botflow.web.chat.body import Posted
from botflow.web.requests.json_body import parse_body, parse_json

SIZE = 400_000
QUOTE = b'"'


class Said(Body):
    text: str = ""


class Inner(Body):
    count: Annotated[int, Field(ge=1, le=5)]
    is_new: bool = False


class Outer(Body):
    inner: Inner
    most: Annotated[int, Field(le=9)] | None = None


ENDLESS: dict[str, tuple[bytes, str]] = {
    "an open string of escaped quotes": (b"[" * 17 + QUOTE + b'\\"' * SIZE, "body.not_json"),
    "an open string of escaped backslashes": (b"[" * 17 + QUOTE + b"\\\\" * SIZE, "body.not_json"),
    "many open strings": (b"[" * 17 + b'"\\"' * SIZE, "body.not_json"),
    "quotes only": (b"[" * 17 + QUOTE * SIZE, "body.not_json"),
    "open brackets": (b"[" * SIZE, "body.too_deep"),
    "open objects": (b'{"a":' * SIZE, "body.too_deep"),
    "brackets and braces in turn": (b'[{"a":' * SIZE, "body.too_deep"),
    "closing brackets": (b"]" * SIZE, "body.not_json"),
    "blanks": (b" " * SIZE, "body.empty"),
    "a number without end": (b"[" * 17 + b"1" * SIZE, "body.not_json"),
}


@pytest.mark.parametrize(
    ("model", "body", "code", "detail", "hint"),
    [
        (
            Posted,
            '{"location": {"latitude": 95, "longitude": 0}}',
            "body.wrong_type",
            "location.latitude is more than 90",
            "send a number from -90 to 90",
        ),
        (
            Posted,
            '{"location": {"latitude": 1, "longitude": -180.5}}',
            "body.wrong_type",
            "location.longitude is less than -180",
            "send a number from -180 to 180",
        ),
        (
            Posted,
            '{"location": {"latitude": "48", "longitude": 0}}',
            "body.wrong_type",
            "location.latitude is not a number",
            "write it without quotes",
        ),
        (
            Posted,
            '{"location": {"latitude": 1}}',
            "body.missing_field",
            "location has no longitude",
            "location has latitude, longitude, label",
        ),
        (Posted, '{"location": 5}', "body.wrong_type", "location is not an object", "write it as {...}"),
        (
            Posted,
            '{"location": {"latitude": 1, "longitude": 1, "lable": "x"}}',
            "body.unknown_field",
            "location has an unknown field 'lable'",
            "did you mean label?",
        ),
        (
            Posted,
            '{"location": {"latitude": 1, "longitude": 1, "label": 7}}',
            "body.wrong_type",
            "location.label is not a string",
            "put it in quotes",
        ),
        (
            Posted,
            '{"location": {"latitude": 1, "longitude": 1, "label": "\\u0000"}}',
            "location.nul",
            "location.label contains the character NUL",
            "leave it out",
        ),
        (
            Posted,
            '{"location": {"latitude": 1, "longitude": 1, "label": "' + "a" * 201 + '"}}',
            "location.too_long",
            "location.label is longer than 200 characters",
            "send less at once",
        ),
        (VisitorName, "{}", "body.missing_field", "the body has no externalId", "it may have externalId"),
        (Outer, "{}", "body.missing_field", "the body has no inner", "it may have inner, most"),
        (
            Outer,
            '{"inner": {"count": 1, "isNew": "no"}}',
            "body.wrong_type",
            "inner.isNew is not true or false",
            "write it without quotes",
        ),
        (
            Outer,
            '{"inner": {"count": 0}}',
            "body.wrong_type",
            "inner.count is less than 1",
            "send a number from 1 to 5",
        ),
        (
            Outer,
            '{"inner": {"count": 1}, "most": 10}',
            "body.wrong_type",
            "most is more than 9",
            "send 9 or less",
        ),
    ],
)
def test_a_refusal_names_the_field_and_what_it_takes(
    model: type[Body], body: str, code: str, detail: str, hint: str
) -> None:
    with pytest.raises(RejectedInbound) as refused:
        parse_body(body.encode(), model)

    assert (refused.value.code, str(refused.value)) == (code, f"{detail} ({hint})")


@pytest.mark.parametrize("case", ENDLESS)
def test_a_malformed_body_costs_one_pass(case: str) -> None:
    body, code = ENDLESS[case]

    with pytest.raises(RejectedInbound) as refused:
        parse_json(body)

    assert refused.value.code == code


def test_a_wide_body_is_not_deep() -> None:
    body = b"[" + b",".join([b'[{"a":[]}]'] * (SIZE // 10)) + b"]"

    assert len(parse_json(body)) == SIZE // 10


def test_brackets_in_strings_do_not_count() -> None:
    assert parse_json(b'["' + b"[" * SIZE + b'", "\\"[[[[[[[[[[[[[[[["]') == ["[" * SIZE, '"' + "[" * 16]


@pytest.mark.parametrize("deepest", [1, 2, 16, 64])
@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}"), ('[1,{"b":2},', "]")])
def test_the_deepest_allowed_level_passes_and_one_more_does_not(deepest: int, opening: str, closing: str) -> None:
    def nested(levels: int) -> bytes:
        return f"{opening * levels}1{closing * levels}".encode()

    innermost = opening.count("{") if opening.startswith("[") else 0  # levels beside the ones that are nested
    parse_json(nested(deepest - innermost), deepest)
    with pytest.raises(RejectedInbound, match="nested deeper"):
        parse_json(nested(deepest + 1), deepest)


def test_a_body_of_unknown_fields_is_refused_in_one_pass() -> None:
    body = b"{" + b",".join(b'"%d":1' % number for number in range(SIZE // 10)) + b"}"

    with pytest.raises(RejectedInbound) as refused:
        parse_body(body, Said)

    assert refused.value.code == "body.unknown_field"
