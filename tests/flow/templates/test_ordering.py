"""`<`, `<=`, `>` and `>=` in conditions: a text never has an order among numbers by accident."""

from __future__ import annotations

from typing import Any

import pytest

from botflow.errors import FlowError
from botflow.flow.templates.template import Templates

VALUES: dict[str, Any] = {
    "seven": "7",
    "ten": "10",
    "abc": "abc",
    "empty": "",
    "n": 20,
    "half": 0.5,
    "nothing": None,
    "yes": True,
    "day": "2026-11-27",
    "hour": "10:00",
    "cart": [1, 2],
    "thing": {"a": 1},
    "secret": "hunter2",
    "__var": {"seven": "7"},
    "__node": {"ask": {"value": "7"}},
    "__input": {"amount": "50"},
}


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ("n >= 18", True),
        ("n < 18 or half <= 0.5", True),
        ("seven >= 18", False),  # minijinja puts each text after each number
        ("seven < 18", True),
        ("18 <= seven", False),
        ("$input.amount > 100", False),
        ("$var.seven > 100 or $ask.value > 100", False),
        ("half > '0.25'", True),
        ("n > '3'", True),
        ("n < ' 20.5 '", True),
        ("ten > seven", True),  # both texts are numbers
        ("seven > ten", False),
        ("'-3' < -2", True),
        ("seven is ge 18", False),
        ("seven is not lt(18)", False),
        ("n is gt 18 and seven is le 7", True),
        # Texts keep the order of texts, so that dates and times do.
        ("day < '2026-12-01'", True),
        ("hour >= '09:30'", True),
        ("abc > 'abb'", True),
        # Nothing comes before all else.
        ("nothing > 3", False),
        ("unknown > 3", False),
        ("unknown >= 3", False),
        ("unknown < 3", True),
        ("unknown.deep <= abc", True),
        ("3 > unknown", True),
        ("unknown < nothing", False),
        ("unknown <= nothing", True),
        ("unknown >= ''", False),
        ("yes > false", True),
        # The operands are whole.
        ("n - 3 * 2 > 13", True),
        ("2 * (n - 5) >= 10 + seven|int * 2", True),
        ("not n < 18 and cart|length > 1", True),
        ("(seven < 18) == true", True),
        ("[n > 18, seven > 18]", [True, False]),
        ("{'a': n > 18}.a", True),
        ("'old' if n >= 18 else 'young'", "old"),
        ("cart[0 if n > 18 else 1] < 2", True),
        ("-n < -18", True),
        ("unknown|default(n > 18)", True),
        ("'a' ~ 1 > 'a' ~ 0", True),
        ("abc is defined and n > 18", True),
        ("'< 3' == '< 3'", True),
    ],
)
def test_an_order_is_that_of_numbers_or_of_texts(condition: str, holds: object) -> None:
    assert Templates().evaluate(condition, VALUES) == holds


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        ("abc >= 18", ">= cannot compare a text with a number"),
        ("18 > abc", "> cannot compare a number with a text"),
        ("secret < 5", "< cannot compare a text with a number"),
        ("empty > 0", "> cannot compare a text with a number"),
        ("'1,000' > n", "> cannot compare a text with a number"),
        ("'1e3' > n", "> cannot compare a text with a number"),
        ("n <= hour", "<= cannot compare a number with a text"),
        ("n > day", "> cannot compare a number with a text"),
        ("yes > 0", "> cannot compare true or false with a number"),
        ("yes > '0'", "> cannot compare true or false with a text that is a number"),
        ("cart > 1", "> cannot compare a list with a number"),
        ("thing < abc", "< cannot compare an object with a text"),
        ("abc is gt 3", "> cannot compare a text with a number"),
        ("n > '" + "1" * 200 + "'", "> cannot compare a number with a text"),
    ],
)
def test_what_has_no_common_order_is_an_error_that_names_kinds_and_no_values(condition: str, said: str) -> None:
    with pytest.raises(FlowError) as refused:
        Templates().evaluate(condition, VALUES)
    assert refused.value.code == "condition.failed"
    assert refused.value.message.endswith(said)
    assert "hunter2" not in refused.value.message


@pytest.mark.parametrize("condition", ["1 < n < 9", "n >", "> n", "n > > 3", "(n >) 3", "[n <, 3]"])
def test_a_comparison_that_makes_no_sense_is_refused(condition: str) -> None:
    with pytest.raises(FlowError) as refused:
        Templates().evaluate(condition, VALUES)
    assert refused.value.code == "condition.failed"
