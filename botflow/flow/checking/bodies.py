"""Bodies and branches: the parts of a graph that a loop repeats, a try guards, or a parallel runs as runs of their own.

They end where no edge leads on. An edge out of one would still run as a part of it, which no author means.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from botflow.flow.problems import Report
from botflow.flow.typed_document import Linked, LinkedNode

STARTERS = frozenset(("logic.run", "logic.parallel"))  # a failure there is the run's: a retry would get it again


def check_bodies(linked: Linked, report: Report, *, waits: Mapping[str, bool], speaks: Mapping[str, bool]) -> None:
    """Check every body and every branch. `waits` and `speaks` tell which nodes do so, subflows included."""
    for node in linked.nodes.values():
        _check_retry(node, report)
        _check_credential(node, report)
        if not (node.bodies or node.branches):
            continue
        inner = [*node.bodies, *node.branches]
        after = reached(linked, node, [handle for handle in node.handles if handle not in inner])
        for handle in inner:
            inside = reached(linked, node, [handle])
            _check_way_out(linked, node, handle, inside, after, report)
            if handle in node.branches:
                _check_branch(linked, node, handle, inside, waits, speaks, report)


def _check_retry(node: LinkedNode, report: Report) -> None:
    if node.placed.retry is not None and node.placed.type_name in STARTERS:
        report.warning(
            "retry.children",
            f"{node.id!r} starts runs, and a retry does not start them again",
            (*node.path, "retry"),
            hint="give retry to the nodes in those runs, or lead error back here through a logic.wait",
            node=node.id,
        )


def _check_credential(node: LinkedNode, report: Report) -> None:
    if node.placed.credential is not None and "asks the world" not in node.spec.capabilities:
        report.warning(
            "credential.unused",
            f"{node.id!r} has a credential, and {node.spec.name} calls no service: it has no effect",
            (*node.path, "credential"),
            hint="remove it, or give it to the node that calls the service",
            node=node.id,
        )


def inside_of(linked: Linked) -> set[str]:
    """Return the nodes that are in some body or branch."""
    found: set[str] = set()
    for node in linked.nodes.values():
        found |= reached(linked, node, (*node.bodies, *node.branches)) - {node.id}
    return found


def reached(linked: Linked, owner: LinkedNode, handles: Iterable[str]) -> set[str]:
    """Return the nodes that these handles lead to without passing through `owner`; it may be one of them itself."""
    found: set[str] = set()
    waiting = [linked.targets[owner.id, handle] for handle in handles if (owner.id, handle) in linked.targets]
    while waiting:
        name = waiting.pop()
        if name in found or name not in linked.nodes:
            continue
        found.add(name)
        if name != owner.id:
            node = linked.nodes[name]
            waiting += [linked.targets[name, each] for each in node.handles if (name, each) in linked.targets]
    return found


def _check_way_out(
    linked: Linked, owner: LinkedNode, handle: str, inside: set[str], after: set[str], report: Report
) -> None:
    is_branch = handle in owner.branches
    if is_branch and owner.id in inside:
        report.error(
            "parallel.joins",
            f"the branch {handle!r} of {owner.id!r} leads back to it, and would start all branches once more",
            (*owner.path, "on"),
            hint="a branch ends where an edge leads nowhere",
            node=owner.id,
        )
    for name in sorted((inside & after) - {owner.id}):
        tell = report.error if is_branch else report.warning
        what = "branch" if is_branch else "body"
        tell(
            "parallel.joins" if is_branch else "body.shared",
            f"{name!r} stands in the {what} {handle!r} of {owner.id!r} and after it, so it runs twice",
            (*linked.nodes[name].path, "id"),
            hint=f"lead to it from {owner.handles[0]!r} of {owner.id!r} only; a {what} ends where nothing follows",
            node=name,
        )
        return


def _check_branch(
    linked: Linked,
    owner: LinkedNode,
    handle: str,
    inside: set[str],
    waits: Mapping[str, bool],
    speaks: Mapping[str, bool],
    report: Report,
) -> None:
    for name in sorted(inside - {owner.id}):
        for code, does, word in (
            ("parallel.waits", waits, "waits for a message"),
            ("parallel.speaks", speaks, "talks"),
        ):
            if does.get(name, False):
                report.error(
                    code,
                    f"{name!r} {word}, and stands in the branch {handle!r} of {owner.id!r}, where nobody is",
                    (*linked.nodes[name].path, "id"),
                    hint=f"put it before {owner.id!r}, or after it",
                    node=name,
                )
