"""A value is kept as both databases return it, or refused."""

from __future__ import annotations

from typing import Any

import pytest

from botflow.engine.json_values import plain_json
from botflow.errors import FlowError


@pytest.mark.parametrize(
    "value", [r"C:\u0000", r"\\u0000", {r"a\u0000": ["\\"]}, 2**53 + 1, 2**64 - 1, -(2**63), "1e+16"]
)
def test_a_value_is_kept_exactly(value: Any) -> None:
    assert repr(plain_json(value)) == repr(value)
    assert repr(plain_json([{"a": value}])) == repr([{"a": value}])


@pytest.mark.parametrize("value", ["a\0b", "é\0", r"\\" + "\0", 2**64, -(2**63) - 1, "\ud800", b"bytes", object()])
def test_what_no_database_keeps_is_refused_at_every_depth(value: Any) -> None:
    for given in (value, [value], {"a": [{"b": value}]}):
        with pytest.raises(FlowError) as refused:
            plain_json(given)
        assert refused.value.code == "value.not_json"


@pytest.mark.parametrize(
    ("value", "stored"),
    [
        (1e16, "10000000000000000"),
        (-9.2e18, "-9200000000000000000"),
        (1.8e19, "18000000000000000000"),
        (1e15, "1000000000000000.0"),
        (1e20, "1e+20"),
        (2.0**64, "1.8446744073709552e+19"),
        (-1e19, "-1e+19"),
        (1.5, "1.5"),
        (float("nan"), "None"),
        (float("-inf"), "None"),
    ],
)
def test_a_fraction_is_the_number_that_postgres_returns(value: float, stored: str) -> None:
    """A decimal there has no exponent; a whole number of at most 64 bits is read as one."""
    assert repr(plain_json(value)) == stored
    assert repr(plain_json({"a": [value]})) == f"{{'a': [{stored}]}}"
