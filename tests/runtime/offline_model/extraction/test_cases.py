"""The table of messages for `ai.extract` without a key: a value is right, or it is asked for; it is never wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from botflow.engine.asks import AskModel, ExtractField
from botflow.runtime.offline_model.extraction.values import extract
from botflow.runtime.offline_model.features import Words
from tests.runtime.offline_model.case_tables import Said, tables

FRIDAY = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)


def said(table: Mapping[str, Any]) -> Iterator[Said]:
    words = Words(table["language"])
    fields = tuple(field_of(name, field) for name, field in table["fields"].items())
    for text, meant in table["cases"].items():
        ask = AskModel(purpose="extract", text=text, fields=fields, language=table["language"], now=FRIDAY)
        yield Said(table["language"], text, meant, extract(ask, words))


def field_of(name: str, field: Mapping[str, Any]) -> ExtractField:
    """Return the field as an author writes it: what is no type of its own is said by the description."""
    described, kind = field["description"], field.get("type", "text")
    if "choices" in field:
        described = f"{described}: {', '.join(field['choices'])}"
    types: dict[str, Any] = {"email": "text", "phone": "text", "time": "text", "money": "number"}
    return ExtractField(name=name, type=types.get(kind, kind), description=described)


def outcome(one: Said) -> str:
    if one.heard == one.meant:
        return "right" if one.meant else "left out"
    return "WRONG" if any(one.meant.get(name) != value for name, value in one.heard.items()) else "asked"


def test_no_value_is_wrong_and_most_that_are_said_are_found() -> None:
    everything = [one for table in tables("extraction_cases") for one in said(table)]
    seen = Counter(map(outcome, everything))
    print(dict(seen), *(one for one in everything if outcome(one) in ("WRONG", "asked")), sep="\n")
    assert seen.total() >= 450
    assert seen["WRONG"] == 0
    assert seen["right"] >= 108
