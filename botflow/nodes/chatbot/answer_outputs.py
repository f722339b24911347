"""The types of answers, for the output of ask and form."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from botflow.flow.node_spec import Output, OutputType
from botflow.nodes.answers.expectation import Kind

_TYPES: Mapping[Kind, OutputType] = MappingProxyType(
    {
        "integer": "integer",
        "number": "number",
        "yes_no": "boolean",
        "choices": "list",
        "date": "date",
        "time": "time",
        "datetime": "datetime",
        "duration": "number",
        "money": "object",
        "rating": "number",
        "location": "object",
        "media": "object",
        "file": "object",
    }
)


def answer_output(kind: Kind, *, many: bool = False) -> Output:
    """Return the field that holds the stored answer."""
    return Output("list" if many else _TYPES.get(kind, "text"), "the answer, as it is stored")
