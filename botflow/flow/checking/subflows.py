"""Workflows that run workflows: they must exist, and a recursion must be able to end."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from botflow.errors import did_you_mean
from botflow.flow.document import Document
from botflow.flow.problems import Report
from botflow.flow.typed_document import Linked, LinkedNode


def check_subflows(
    linked: Linked, report: Report, *, documents: Mapping[str, Document], children: Mapping[str, Linked]
) -> None:
    """Check the references to other workflows. `children` holds every workflow that is reached, by id."""
    own = linked.document.id
    reach = {name: _reached_from(name, children) for name in linked.workflows if name in children}
    for workflow, references in linked.workflows.items():
        for node, path in references:
            if workflow not in documents:
                known = sorted(documents.keys() - {own})
                hint = did_you_mean(workflow, known, "put its document beside this one")
                report.error("subflow.unknown", f"there is no workflow {workflow!r}", path, hint=hint, node=node.id)
            elif workflow == own or own in reach.get(workflow, ()):
                _report_recursion(linked, workflow, node.id, report)


def waiting_nodes(linked: Linked, children: Mapping[str, Linked]) -> dict[str, bool]:
    """Return for every node whether it waits for the person, itself or in a workflow that it runs."""
    return _spread(linked, children, lambda node: node.waits)


def speaking_nodes(linked: Linked, children: Mapping[str, Linked]) -> dict[str, bool]:
    """Return for every node whether it says something to the person, itself or in a workflow that it runs."""
    return _spread(linked, children, lambda node: node.speaks)


def _spread(linked: Linked, children: Mapping[str, Linked], holds: Callable[[LinkedNode], bool]) -> dict[str, bool]:
    holding_children = {
        name
        for name in children
        if any(
            holds(node) for inner in (name, *_reached_from(name, children)) for node in children[inner].nodes.values()
        )
    }
    referring = {
        node.id
        for workflow, references in linked.workflows.items()
        if workflow in holding_children
        for node, _ in references
    }
    return {node.id: holds(node) or node.id in referring for node in linked.nodes.values()}


def _report_recursion(linked: Linked, workflow: str, node: str, report: Report) -> None:
    path = next(path for holder, path in linked.workflows[workflow] if holder.id == node)
    if _can_end_without(linked, node):
        report.warning(
            "subflow.recursive",
            f"{linked.document.id!r} runs itself through {workflow!r}; at most 16 levels are possible",
            path,
            hint="an edge back to an earlier node is simpler",
            node=node,
        )
    else:
        report.error(
            "subflow.endless",
            f"{linked.document.id!r} runs itself through {workflow!r}, and no way leads past that",
            path,
            hint="lead back to an earlier node by an edge",
            node=node,
        )


def _can_end_without(linked: Linked, node: str) -> bool:
    """Say whether some path from a trigger ends without entering `node`."""
    waiting = [trigger.id for trigger in linked.triggers]
    seen: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name in seen or name == node or name not in linked.nodes:
            continue
        seen.add(name)
        handles = linked.nodes[name].handles
        targets = [linked.targets.get((name, handle)) for handle in handles]
        if not handles or targets[0] is None:
            return True
        waiting += [target for target in targets if target is not None]
    return False


def _reached_from(name: str, children: Mapping[str, Linked]) -> set[str]:
    reached: set[str] = set()
    waiting = list(children[name].workflows) if name in children else []
    while waiting:
        inner = waiting.pop()
        if inner in children and inner not in reached:
            reached.add(inner)
            waiting += children[inner].workflows
    return reached
