"""Checks of handles: those that lead nowhere where that is surely a mistake, and edges that are never followed.

A handle without an edge ends the conversation by design. So it gets a warning only where that is surely a mistake: one
handle of a choice has no edge while another has one, or nothing follows an awaited answer. It gets none where an end is
no end for a person: in an interrupt and a subflow, which lead back, in a body, and in a run.
A node that rests (see NodeSpec) keeps resting if the handle has no edge.

Handles for when things go wrong have a meaning when left alone. `invalid` and `other` ask again. `failed`, and the
`timeout` of a node that has one, end the conversation, and so get the warning. `error` ends it with the apology: at the
nodes that ask the world it gets the warning, unless the author has written what is said then, the document's `apology`.
"""

from __future__ import annotations

from botflow.flow.problems import Report
from botflow.flow.typed_document import Linked, LinkedNode

OPTIONAL_BRANCHES = ("error", "finally", "requested")
OPTIONAL_HANDLES = frozenset(("invalid", "timeout", "other", "error", "failed", "undelivered"))


def check_handles(linked: Linked, node: LinkedNode, report: Report, *, talks: bool, ends: bool) -> None:
    """Check one node's handles. `talks`: it stands in the conversation of a person; `ends`: which is over where none of
    them leads on."""
    _check_bodies(linked, node, report)
    _check_edges(linked, node, report)
    if node.is_trigger and node.handles and not _goes_on(linked, node):
        report.warning(
            "node.dead_end", f"nothing follows the trigger {node.id!r}", node.path, hint="add next:", node=node.id
        )
    if talks:
        _check_error(linked, node, report)
    if ends:
        for handle in dict.fromkeys((*_silent_ends(linked, node), *_loose_choices(linked, node))):
            what = f"the handle {handle!r} of {node.id!r} leads nowhere, and the conversation ends there without a word"
            _warn(report, node, handle, what)
        _check_dead_end(linked, node, report)


def _check_bodies(linked: Linked, node: LinkedNode, report: Report) -> None:
    for handle in (*node.bodies, *node.branches):
        if (node.id, handle) not in linked.targets and handle not in OPTIONAL_BRANCHES:
            _warn(
                report, node, handle, f"the handle {handle!r} of {node.id!r} leads nowhere, so there is nothing to run"
            )


def _check_edges(linked: Linked, node: LinkedNode, report: Report) -> None:
    """Warn of an edge at a handle by which the node never leaves."""
    for handle in node.spec.never_leaves_by(node.properties):
        if (node.id, handle) in linked.targets:
            report.warning(
                "handle.never",
                f"{node.id!r} never leaves by {handle!r}, and leads on there",
                (*node.path, "on", handle),
                hint="give it a timeout, or remove the edge" if handle == "timeout" else "remove the edge",
                node=node.id,
            )


def _silent_ends(linked: Linked, node: LinkedNode) -> list[str]:
    """Return the handles for what goes wrong that are left alone, where that ends a conversation which else goes on."""
    if not _goes_on(linked, node):
        return []
    never = node.spec.never_leaves_by(node.properties)
    return [handle for handle in _loose(linked, node) if handle in ("failed", "timeout") and handle not in never]


def _loose_choices(linked: Linked, node: LinkedNode) -> list[str]:
    """Return the handles of a choice that are left alone, where others are not."""
    without = {*OPTIONAL_HANDLES, *node.bodies, *node.branches, *node.spec.never_leaves_by(node.properties)}
    choices = [handle for handle in node.handles if handle not in without]
    loose = [handle for handle in choices if (node.id, handle) not in linked.targets]
    return [] if len(loose) == len(choices) or node.rests else loose


def _check_error(linked: Linked, node: LinkedNode, report: Report) -> None:
    is_left = (node.id, "error") not in linked.targets and node.spec.fails_conversation(node.properties)
    if is_left and linked.document.apology is None:
        what = f"when {node.id!r} ({node.spec.name}) fails, the person gets the apology and the conversation is over"
        _warn(report, node, "error", what, otherwise=", or write an apology")


def _check_dead_end(linked: Linked, node: LinkedNode, report: Report) -> None:
    answers = [handle for handle in node.handles if handle not in OPTIONAL_HANDLES - {"other"}]
    if node.waits and node.handles and not any((node.id, handle) in linked.targets for handle in answers):
        report.warning(
            "node.dead_end",
            f"{node.id!r} waits for an answer, and nothing follows it: the person gets silence",
            node.path,
            hint="add next:, at least to a chatbot.say",
            node=node.id,
        )


def _warn(report: Report, node: LinkedNode, handle: str, what: str, otherwise: str = "") -> None:
    hint = f"add on: {{{handle}: ...}}{otherwise}"
    report.warning("handle.unconnected", what, (*node.path, "on"), hint=hint, node=node.id)


def _goes_on(linked: Linked, node: LinkedNode) -> bool:
    return any((node.id, handle) in linked.targets for handle in node.handles)


def _loose(linked: Linked, node: LinkedNode) -> list[str]:
    return [handle for handle in node.handles if (node.id, handle) not in linked.targets]
