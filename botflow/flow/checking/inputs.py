"""Checks of what templates read of the message, of the input and of a webhook's request: `{{ $message.txt }}`."""

from __future__ import annotations

from botflow.errors import did_you_mean
from botflow.flow.fields import MESSAGE_FIELDS, REQUEST_FIELDS, Text
from botflow.flow.problems import Report
from botflow.flow.templates.template import field_references
from botflow.flow.typed_document import Linked

_FIELDS = (*MESSAGE_FIELDS, "channel")
_ALIKE = 0.75  # of a field of the message: anything else may be a field of an input that the API gives


def check_inputs(text: Text, linked: Linked, report: Report, node: str, *, is_subflow: bool) -> None:
    """Warn of fields that `$message`, `$input` and `$request` never have. A subflow reads the input of its caller."""
    if "$" not in text.text:
        return
    expected, may_be_more = _input_fields(linked)
    for name, field in sorted(field_references(text.text, bare=text.kind == "condition")):
        if name == "request" and name in (text.reads or ()) and field not in REQUEST_FIELDS:
            _warn(text, name, field, REQUEST_FIELDS, report, node)
        elif name == "message" and name not in linked.nodes and field not in _FIELDS:
            _warn(text, name, field, _FIELDS, report, node)
        elif name == "input" and not is_subflow and field not in expected:
            is_typo = bool(did_you_mean(field, expected, likeness=_ALIKE))
            if is_typo or not may_be_more:
                _warn(text, name, field, expected, report, node)


def _input_fields(linked: Linked) -> tuple[tuple[str, ...], bool]:
    """Return the fields of `$input`, and whether it may have others: the API starts a conversation with any input."""
    fields: list[str] = []
    is_open = False
    for trigger in linked.triggers:
        fields += trigger.outputs or ()
        if trigger.outputs is None or trigger.placed.type != "trigger":
            is_open = True
    return tuple(dict.fromkeys((*fields, "channel") if "text" in fields else fields)), is_open


def _warn(text: Text, name: str, field: str, known: tuple[str, ...], report: Report, node: str) -> None:
    hint = did_you_mean(field, known, f"it has {', '.join(known) or 'none'}")
    report.warning("template.unknown_field", f"${name} has no field {field!r}", text.path, hint=hint, node=node)
