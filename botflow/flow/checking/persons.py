"""Checks of what needs a person, where a run without one gets: questions, words, fields of the contact."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from botflow.flow.checking.reachability import successors, with_person
from botflow.flow.contact_fields import CONTACT, contact_field_of
from botflow.flow.problems import Report
from botflow.flow.templates.template import node_references
from botflow.flow.templates.tokens import TemplateRefused
from botflow.flow.typed_document import Linked, LinkedNode

_HINT = "begin the conversation by logic.start, or use a node that sends to a number"


def check_persons(linked: Linked, report: Report, *, waits: Mapping[str, bool], speaks: Mapping[str, bool]) -> None:
    """Check what the triggers lead to that start runs without a person. `waits` and `speaks` tell which nodes do so,
    subflows included. In a workflow that can have no person at all, talking is an error."""
    mode = linked.document.execution_mode
    alone = [node for node in linked.triggers if not node.spec.has_person(mode)]
    if not alone:
        return
    after = successors(linked)
    if not with_person(linked):
        names = _in_order(after, (node.id for node in alone))
        _check_nobody(linked, report, names, speaks if mode == "single" else _both(waits, speaks))
        _check_contact(linked, report, names)
        return
    for trigger in alone:
        for name in _in_order(after, (trigger.id,)):
            node = linked.nodes[name]
            if waits.get(name) or speaks.get(name) or _changes_contact(node):
                what = "asks there" if waits.get(name) else "talks there" if speaks.get(name) else "changes its contact"
                report.warning(
                    "run.nobody",
                    f"{trigger.id!r} starts a run, which has no person, and {name!r} {what}",
                    (*node.path, "id"),
                    hint=_HINT,
                    node=name,
                )
                break  # what follows it has the same cause


def _both(one: Mapping[str, bool], other: Mapping[str, bool]) -> dict[str, bool]:
    return {name: one.get(name, False) or other.get(name, False) for name in {*one, *other}}


def _check_nobody(linked: Linked, report: Report, names: Iterable[str], talking: Mapping[str, bool]) -> None:
    """Report the first node that talks to a person in a workflow that starts without one."""
    name = next((name for name in names if talking.get(name)), None)
    if name is not None:
        starters = " and ".join(repr(node.id) for node in linked.triggers[:3])
        report.error(
            "run.speaks",
            f"{name!r} talks, and there is no person: a run that begins at {starters} has none",
            (*linked.nodes[name].path, "id"),
            hint=_HINT,
            node=name,
        )


def _check_contact(linked: Linked, report: Report, names: Iterable[str]) -> None:
    """Warn of the first node that reads or changes the contact where there can be none."""
    for name in names:
        node = linked.nodes[name]
        if _changes_contact(node) or _reads_contact(node):
            does = "changes" if _changes_contact(node) else "reads"
            mode = linked.document.execution_mode
            why = "a single run has no person" if mode == "single" else "only runs start it, which have no person"
            report.warning(
                "run.nobody",
                f"{name!r} {does} the contact, and there is none: {why}",
                (*node.path, "id"),
                hint="hand the values over as the input, or use executionMode: persistent and a trigger with a person",
                node=name,
            )
            return


def _changes_contact(node: LinkedNode) -> bool:
    return node.spec.reads_contact or any(contact_field_of(name) is not None for name in node.sets)


def _reads_contact(node: LinkedNode) -> bool:
    try:
        return any(
            CONTACT in node_references(text.text, bare=text.kind == "condition")
            for text in node.texts
            if text.kind in ("condition", "template")
        )
    except TemplateRefused:  # what does not parse is reported elsewhere
        return False


def _in_order(after: Mapping[str, list[str]], roots: Iterable[str]) -> list[str]:
    """Return the nodes that the roots lead to, the nearest first."""
    found = dict.fromkeys(root for root in roots if root in after)
    waiting = list(found)
    for name in waiting:
        for target in after[name]:
            if target not in found:
                found[target] = None
                waiting.append(target)
    return waiting
