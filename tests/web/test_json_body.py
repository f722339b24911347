"""JSON of strangers: one pass over the body, whatever it holds. The sizes would cost a backtracking pattern hours."""

from __future__ import annotations

import pytest

from botflow.errors import RejectedInbound
from botflow.web.json_body import Body, parse_body, parse_json

SIZE = 400_000
QUOTE = b'"'


class Said(Body):
    text: str = ""


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
