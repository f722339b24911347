"""Checks of the nodes that start workflows: whether the other one can be started, and takes the input."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from botflow.errors import did_you_mean
from botflow.flow.document import Document
from botflow.flow.node_spec import StartedWorkflow
from botflow.flow.problems import Report
from botflow.flow.typed_document import Linked, LinkedNode, NodeSpecs

MANUAL = "trigger.manual"


def check_starts(linked: Linked, report: Report, *, node_types: NodeSpecs, documents: Mapping[str, Document]) -> None:
    """Check every workflow that a node starts and that is known: its own, and those that are served together."""
    for node in linked.nodes.values():
        started = node.spec.starts_workflow(node.properties)
        document = None if started is None else documents.get(started.id or linked.document.id)
        if started is not None and document is not None:
            _check_start(linked, node, started, document, node_types, report)


def _check_start(
    linked: Linked,
    node: LinkedNode,
    started: StartedWorkflow,
    document: Document,
    node_types: NodeSpecs,
    report: Report,
) -> None:
    triggers = [placed for placed in document.nodes if placed.type_name == MANUAL]
    inside = (*node.path, "properties")
    whose = "this workflow" if document.id == linked.document.id else repr(document.id)
    if not triggers:
        report.warning(
            "start.no_trigger",
            f"{node.id!r} starts {whose}, which has no {MANUAL}, and so fails",
            (*inside, *started.path),
            hint=f"give it a node of type {MANUAL} before what it shall do then",
            node=node.id,
        )
        return
    spec = node_types.get(MANUAL)
    if spec is None or len(triggers) > 1:
        return
    try:
        names = spec.input_names(spec.properties.model_validate(triggers[0].properties))
    except ValueError:  # reported where that workflow is checked
        return
    for what, hint in _misfits(started.input, names) if names is not None else ():
        report.warning(
            "start.input",
            f"{node.id!r} starts {whose}, and the input {what}",
            (*inside, "input"),
            hint=hint,
            node=node.id,
        )


def _misfits(given: Mapping[str, object], names: Mapping[str, bool]) -> Iterable[tuple[str, str]]:
    """Yield what is wrong with the names of an input, each with a hint; a misspelt name is not missing, too."""
    meant: set[str] = set()
    for name in given:
        if name not in names:
            hint = did_you_mean(name, names, f"it takes {', '.join(names)}")
            meant.update(word for word in names if word in hint)
            yield f"has {name!r}, which it does not take", hint
    for name, is_needed in names.items():
        if is_needed and name not in given and name not in meant:
            yield f"lacks {name!r}", f"add input: {{{name}: ...}}"
