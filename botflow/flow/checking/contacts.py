"""The fields of contacts that a flow uses: those that no flow writes, and those that it does not declare."""

from __future__ import annotations

from collections.abc import Iterator

from botflow.flow.contact_fields import CONTACT, READ_ONLY, STANDARD, contact_field_of
from botflow.flow.problems import Path, Report
from botflow.flow.templates.template import field_references
from botflow.flow.templates.tokens import TemplateRefused
from botflow.flow.typed_document import Linked


def check_contacts(linked: Linked, report: Report) -> None:
    """Report fields that a flow cannot write, and warn of those that the document does not declare: then the
    organization must."""
    _check_misfits(linked, report)
    if not linked.reads_contact:
        return
    declared = {*STANDARD, *linked.document.contact_fields}
    for field, path, node in _written(linked):
        if field in READ_ONLY:
            report.error("contact.read_only", f"no flow writes the contact's {field!r}", path, node=node)
        elif field not in declared:
            _warn(report, field, declared, path, node)
    for field, path, node in _read(linked):
        if field not in declared and field not in READ_ONLY:
            _warn(report, field, {*declared, *READ_ONLY}, path, node)


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


def _written(linked: Linked) -> Iterator[tuple[str, Path, str]]:
    for node in linked.nodes.values():
        for name in node.sets:
            if (field := contact_field_of(name)) is not None:
                yield field, (*node.path, "properties"), node.id


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
