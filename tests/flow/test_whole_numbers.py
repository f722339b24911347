"""Whole numbers of 64 bits are kept exactly in documents, templates and conditions; larger ones are refused alike."""

from __future__ import annotations

import json
from typing import Any

import pytest

from botflow.errors import FlowError
from botflow.flow.document import parse
from botflow.flow.templates.template import Templates
from botflow.nodes.triggers.input_schema import InputField, from_form, misfits

KEPT = (0, 2**53, 2**53 + 1, -(2**53) - 1, 2**63 - 1, 2**63, 2**64 - 1, -(2**63))
REFUSED = (2**64, 10**30, -(2**63) - 1, -(2**64))
EXPRESSIONS = ("n", "n + 0", "n * 1", "1 * n", "n // 1", "n | int", "[n][0]", "{'a': n}.a", "n - 1 + 1")


def document(number: int, name: str) -> Any:
    if name.endswith("json"):
        return parse(json.dumps({"botflow": 1, "id": "a", "variables": {"n": number}, "nodes": []}), name=name)
    return parse(f"botflow: 1\nid: a\nvariables: {{n: {number}}}\nnodes: []\n", name=name)


@pytest.mark.parametrize("number", KEPT)
def test_a_number_of_64_bits_is_kept_exactly(number: int) -> None:
    for name in ("a.json", "a.yaml"):
        assert repr(document(number, name).document.variables) == repr({"n": number})
    templates = Templates()
    for expression in EXPRESSIONS:
        assert repr(templates.render_value(f"{{{{ {expression} }}}}", {"n": number})) == repr(number)
    assert repr(templates.render_value(f"{{{{ {number} }}}}", {})) == repr(number)
    assert templates.render("<{{ n }}>", {"n": number}) == f"<{number}>"
    assert templates.evaluate(f"n == {number} and n > n - 1", {"n": number}) is True
    assert from_form({"n": InputField(type="integer")}, {"n": str(number)}) == {"n": number}


@pytest.mark.parametrize("number", REFUSED)
def test_a_larger_number_is_refused_and_never_a_fraction(number: int) -> None:
    for name in ("a.json", "a.yaml"):
        with pytest.raises(FlowError):
            document(number, name)
    templates = Templates()
    for expression in (*EXPRESSIONS, str(number)):
        with pytest.raises(FlowError):
            templates.render_value(f"{{{{ {expression} }}}}", {"n": number})
    schema = {"n": InputField(type="number")}
    assert misfits(schema, from_form(schema, {"n": str(number)})) == ["'n' must be a number"]


def test_a_product_is_kept_as_a_sum_is() -> None:
    templates = Templates()
    assert (
        templates.render_value("{{ n * 2 }}", {"n": 2**62})
        == templates.render_value("{{ n + n }}", {"n": 2**62})
        == 2**63
    )


@pytest.mark.parametrize("written", ["0xffffffffffffffff", "0o1777777777777777777777", "+18446744073709551615"])
def test_a_number_of_64_bits_may_be_written_in_other_ways(written: str) -> None:
    flow = parse(f"botflow: 1\nid: a\nvariables: {{n: {written}}}\nnodes: []\n", name="a.yaml")
    assert flow.document.variables == {"n": 2**64 - 1}
