"""The shape of the graph: what is never reached, where people are left in silence, loops that never wait.

A handle without an edge ends the conversation by design, so it is worth a warning only where that is surely meant
otherwise: one way of a choice leads nowhere while another leads on, or an answer is awaited and nothing follows it.
A node that rests goes on resting where it leads nowhere.
Handles for when things go wrong (`invalid`, `timeout`, `other`, `error`, `failed`) have a meaning when left alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from botflow.flow.linked import Linked, LinkedNode
from botflow.flow.problems import Report

OPTIONAL_HANDLES = frozenset(("invalid", "timeout", "other", "error", "failed"))


def check_graph(linked: Linked, report: Report, *, returns: bool, waits: Mapping[str, bool]) -> None:
    """Check reachability, dead ends and loops.

    `returns` says that the document runs as a subflow, where an end leads back; `waits` which nodes wait for a person.
    """
    after = _successors(linked)
    talking = _reachable(after, (node.id for node in linked.triggers))
    reached = talking | _reachable(after, (item.target for item in linked.document.interrupts))
    for node in linked.nodes.values():
        if node.id not in reached and not node.is_trigger:
            hint = "lead an edge to it, or remove it"
            report.warning(
                "node.unreachable", f"nothing leads to {node.id!r}", (*node.path, "id"), hint=hint, node=node.id
            )
            continue
        _check_choices(linked, node, report)
        if node.id in talking and not returns:
            _check_dead_end(linked, node, report)
    _check_loops(linked, after, waits, report)


def _check_choices(linked: Linked, node: LinkedNode, report: Report) -> None:
    choices = [handle for handle in node.handles if handle not in OPTIONAL_HANDLES]
    loose = [handle for handle in choices if (node.id, handle) not in linked.targets]
    if not loose or len(loose) == len(choices) or node.rests:
        return
    for handle in loose:
        report.warning(
            "handle.unconnected",
            f"the handle {handle!r} of {node.id!r} leads nowhere, and the conversation ends there without a word",
            (*node.path, "on"),
            hint=f"add on: {{{handle}: ...}}",
            node=node.id,
        )


def _check_dead_end(linked: Linked, node: LinkedNode, report: Report) -> None:
    connected = any((node.id, handle) in linked.targets for handle in node.handles)
    if not (node.waits or node.is_trigger) or not node.handles:
        return
    if node.is_trigger and not connected:
        report.warning(
            "node.dead_end", f"nothing follows the trigger {node.id!r}", node.path, hint="add next:", node=node.id
        )
    elif node.waits and not any((node.id, handle) in linked.targets for handle in _answers(node)):
        report.warning(
            "node.dead_end",
            f"{node.id!r} waits for an answer, and nothing follows it: the person gets silence",
            node.path,
            hint="add next:, at least to a chatbot.say",
            node=node.id,
        )


def _answers(node: LinkedNode) -> list[str]:
    return [handle for handle in node.handles if handle not in OPTIONAL_HANDLES - {"other"}]


def _check_loops(linked: Linked, after: Mapping[str, list[str]], waits: Mapping[str, bool], report: Report) -> None:
    still = {name for name in after if waits.get(name, False) or linked.nodes[name].rests}
    restless = {name: [to for to in after[name] if to not in still] for name in after if name not in still}
    for loop in _cycles(restless):
        names = " -> ".join((*loop, loop[0]))
        node = linked.nodes[loop[0]]
        report.error(
            "loop.endless",
            f"this loop never waits for the person: {names}",
            (*node.path, "id"),
            hint="let a chatbot.ask, a chatbot.menu or a logic.wait stand in it",
            node=node.id,
        )


def _successors(linked: Linked) -> dict[str, list[str]]:
    after: dict[str, list[str]] = {name: [] for name in linked.nodes}
    for edge in linked.edges:
        if edge.target in linked.nodes:
            after[edge.source].append(edge.target)
    return after


def _reachable(after: Mapping[str, list[str]], roots: Iterable[str]) -> set[str]:
    reached: set[str] = set()
    waiting = [root for root in roots if root in after]
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting += after[name]
    return reached


def _cycles(after: Mapping[str, list[str]]) -> list[list[str]]:
    """Return one cycle through each group of nodes that can all reach each other, by depth-first search."""
    found: list[list[str]] = []
    done: set[str] = set()
    for root in after:
        path: list[str] = []
        on_path: dict[str, int] = {}
        stack = [(root, iter(after[root]))] if root not in done else []
        if stack:
            on_path[root] = 0
            path.append(root)
        while stack:
            name, following = stack[-1]
            for target in following:
                if target in on_path:
                    found.append(path[on_path[target] :])
                elif target not in done:
                    on_path[target] = len(path)
                    path.append(target)
                    stack.append((target, iter(after[target])))
                    break
            else:
                stack.pop()
                path.pop()
                del on_path[name]
                done.add(name)
    return found
