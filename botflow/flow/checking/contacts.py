"""The fields of contacts that a flow uses: those that no flow writes, those that it does not declare, and values that
do not fit their types.

Whether a value fits is asked of `stored_value`, by which a flow stores it: of what is written in the document itself,
and of an example of what a node stores.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from botflow.flow.checking.advice import Around
from botflow.flow.contact_fields import (
    CONTACT,
    READ_ONLY,
    STANDARD,
    WrongContactValue,
    contact_field_of,
    stored_value,
)
from botflow.flow.node_spec import Stored, StoredKind
from botflow.flow.problems import Path, Report
from botflow.flow.templates.template import bare_expression, field_references, is_template
from botflow.flow.templates.tokens import TemplateRefused
from botflow.flow.typed_document import Linked, LinkedNode

_EXAMPLES: Mapping[StoredKind, Any] = MappingProxyType(
    {
        "text": "some words",
        "number": 1,
        "boolean": True,
        "date": "2026-11-27",
        "time": "09:30",
        "datetime": "2026-11-27T09:30",
        "object": {},
    }
)


def check_contacts(linked: Linked, report: Report) -> None:
    """Report fields that a flow cannot write, and warn of those that the document does not declare: then the
    organization must."""
    _check_misfits(linked, report)
    if not linked.reads_contact:
        return
    declared = {*STANDARD, *linked.document.contact_fields}
    for field, path, node in _written(linked):
        if field in READ_ONLY:
            report.error("contact.read_only", f"no flow writes the contact's {field!r}", path, node=node.id)
        elif field not in declared:
            _warn(report, field, declared, path, node.id)
        else:
            _check_type(linked, node, field, path, report)
    for field, path, reader in _read(linked):
        if field not in declared and field not in READ_ONLY:
            _warn(report, field, {*declared, *READ_ONLY}, path, reader)


def _check_misfits(linked: Linked, report: Report) -> None:
    declared = linked.document.contact_fields
    for node in linked.nodes.values():
        for wrong in node.spec.misfits(node.properties, declared):
            hint = report.guess(str(getattr(node.properties, "field", "")), declared, wrong.hint)
            path = (*node.path, "properties", *wrong.path)
            report.error(wrong.code, f"{node.id!r}: {wrong.message}", path, hint=hint, node=node.id)


def _warn(report: Report, field: str, declared: set[str], path: Path, node: str) -> None:
    report.warning(
        "contact.undeclared",
        f"the field {field!r} of a contact is not declared here",
        path,
        hint=report.guess(field, declared, f"contactFields: {{{field}: {{type: text}}}}, or declare it by the API"),
        node=node,
    )


def _check_type(linked: Linked, node: LinkedNode, field: str, path: Path, report: Report) -> None:
    """Warn of a value that the field does not take: it is asked for again, or the node leaves by `error`."""
    for value, what in _values(linked, node, field):
        try:
            stored_value(field, value, linked.document.contact_fields, lambda: ZoneInfo("UTC"))
        except WrongContactValue as misfit:
            wanted = misfit.message.rpartition(": ")[2]
            report.warning(
                "contact.type",
                f"{node.id!r} writes {what} into the contact's {field!r}, which is {wanted}",
                path,
                hint=f"write {wanted}, or declare {field!r} with another type",
                node=node.id,
            )


def _values(linked: Linked, node: LinkedNode, field: str) -> Iterator[tuple[Any, str]]:
    """Yield what is known of the values that a node writes into a field, each with words for it."""
    given = getattr(node.properties, "fields", None)
    value = given.get(field) if isinstance(given, Mapping) else None
    if isinstance(value, str) and is_template(value):
        expression = (bare_expression(value) or "").strip()
        for stored in Around(linked, node).stored(expression):
            yield from _examples(stored)
    elif isinstance(value, str | int | float | list | dict):
        yield value, repr(value)[:80]
    elif (found := node.spec.stored(node.properties, f"{CONTACT}.{field}")) is not None:
        yield from _examples(found)


def _examples(stored: Stored) -> Iterator[tuple[Any, str]]:
    if stored.kind == "choice":
        yield from ((choice, repr(choice)) for choice in stored.choices)
    elif stored.kind != "text" or stored.is_any:
        yield _EXAMPLES[stored.kind], "any text" if stored.is_any else stored.words


def _written(linked: Linked) -> Iterator[tuple[str, Path, LinkedNode]]:
    for node in linked.nodes.values():
        for name in node.sets:
            if (field := contact_field_of(name)) is not None:
                yield field, _place(node, field), node


def _place(node: LinkedNode, field: str) -> Path:
    """Return the path of the property by which a node writes a field."""
    inside, name = (*node.path, "properties"), f"{CONTACT}.{field}"
    if getattr(node.properties, "variable", None) == name:
        return (*inside, "variable")
    fields = getattr(node.properties, "fields", None)
    if isinstance(fields, Mapping):
        return (*inside, "fields", field if field in fields else name)
    if isinstance(fields, tuple):
        return (*inside, "fields", next(at for at, each in enumerate(fields) if each.name == name), "name")
    return inside


def _read(linked: Linked) -> Iterator[tuple[str, Path, str]]:
    if CONTACT in linked.nodes:  # then `$contact` is that node's output
        return
    for node in linked.nodes.values():
        for text in node.texts:
            if text.kind not in ("template", "condition"):
                continue
            try:
                read = sorted(field_references(text.text, bare=text.kind == "condition"))
            except TemplateRefused:  # what does not parse is reported elsewhere
                continue
            yield from ((field, text.path, node.id) for name, field in read if name == CONTACT)
