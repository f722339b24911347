"""Checks of the graph: nodes that are never reached, dead ends for people, loops that never wait.

A handle without an edge ends the conversation by design. So it gets a warning only where that is surely a mistake:
one handle of a choice has no edge while another has one, or nothing follows an awaited answer.
A node that rests (see NodeSpec) keeps resting if the handle has no edge.
Handles for when things go wrong have a meaning when left alone: `invalid` and `other` ask again, `error` fails with an
apology. `failed`, and the `timeout` of a node that has one, end the conversation, and so get the warning, too.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from botflow.flow.checking.bodies import inside_of
from botflow.flow.policy import Budgets
from botflow.flow.problems import Report
from botflow.flow.typed_document import Linked, LinkedNode

OPTIONAL_BRANCHES = ("error", "finally", "requested")
OPTIONAL_HANDLES = frozenset(("invalid", "timeout", "other", "error", "failed", "undelivered"))


def check_graph(linked: Linked, report: Report, *, returns: bool, waits: Mapping[str, bool]) -> None:
    """Check reachability, dead ends and loops.

    `returns` says that the document runs as a subflow, where an end leads back; `waits` which nodes wait for a person.
    """
    after = _successors(linked)
    inside = inside_of(linked)
    talking = _reachable(after, (node.id for node in linked.triggers))
    reached = talking | _reachable(after, (item.target for item in linked.document.interrupts))
    for node in linked.nodes.values():
        if node.id not in reached and not node.is_trigger:
            hint = "lead an edge to it, or remove it"
            report.warning(
                "node.unreachable", f"nothing leads to {node.id!r}", (*node.path, "id"), hint=hint, node=node.id
            )
            continue
        _check_choices(linked, node, report, inside)
        if node.id in talking and node.id not in inside and not returns:
            _check_dead_end(linked, node, report)
    _check_sends(linked, after, report)
    _check_loops(linked, waits, report)


def _check_sends(linked: Linked, after: Mapping[str, list[str]], report: Report) -> None:
    """Warn of a node by which an anonymous visitor of the chat may have messages sent to numbers of their choice."""
    policy = linked.document.policy()
    if policy.countries or policy.budgets != Budgets():
        return
    starts = [node.id for node in linked.triggers if node.placed.type == "chatbot"]
    if not starts:
        return
    by_chat = _reachable(after, (*starts, *(item.target for item in linked.document.interrupts)))
    for node in linked.nodes.values():
        if node.sends and node.id in by_chat:
            report.warning(
                "send.unlimited",
                f"every visitor of the chat can make {node.id!r} send to another number",
                (*node.path, "id"),
                hint="set countries, such as [US], or budgets; botflow's own bounds hold in any case",
                node=node.id,
            )


def _check_choices(linked: Linked, node: LinkedNode, report: Report, inside: Collection[str]) -> None:
    """Warn of a handle without an edge beside one with an edge; not in a body, which ends that way."""
    inner = (*node.bodies, *node.branches)
    for handle in inner:
        if (node.id, handle) not in linked.targets and handle not in OPTIONAL_BRANCHES:
            report.warning(
                "handle.unconnected",
                f"the handle {handle!r} of {node.id!r} leads nowhere, so there is nothing to run",
                (*node.path, "on"),
                hint=f"add on: {{{handle}: ...}}",
                node=node.id,
            )
    if node.id in inside:
        return
    for handle in _silent_ends(linked, node):
        report.warning(
            "handle.unconnected",
            f"the handle {handle!r} of {node.id!r} leads nowhere, and the conversation ends there without a word",
            (*node.path, "on"),
            hint=f"add on: {{{handle}: ...}}",
            node=node.id,
        )
    choices = [handle for handle in node.handles if handle not in OPTIONAL_HANDLES and handle not in inner]
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


def _silent_ends(linked: Linked, node: LinkedNode) -> list[str]:
    """Return the handles for what goes wrong that are left alone, where that ends a conversation which else goes on."""
    goes_on = any((node.id, handle) in linked.targets for handle in node.handles)
    loose = [handle for handle in node.handles if (node.id, handle) not in linked.targets]
    has_timeout = node.placed.properties.get("timeout") is not None
    return [handle for handle in loose if goes_on and (handle == "failed" or (handle == "timeout" and has_timeout))]


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


def _check_loops(linked: Linked, waits: Mapping[str, bool], report: Report) -> None:
    """Report cycles without a wait; a cycle through a loop's own body ends by the loop's limit."""
    after = _successors(linked, bodies=False)
    still = {name for name in after if waits.get(name, False) or linked.nodes[name].rests}
    restless = {name: [to for to in after[name] if to not in still] for name in after if name not in still}
    for loop in _cycles(restless):
        names = " -> ".join((*loop, loop[0]))
        node = linked.nodes[loop[0]]
        counts = any(linked.nodes[name].sets for name in loop) and any(_leads_out(linked, name, loop) for name in loop)
        tell = report.warning if counts else report.error
        tell(
            "loop.endless",
            f"this loop {'may never end' if counts else 'never waits for the person'}: {names}",
            (*node.path, "id"),
            hint="use logic.loop" if counts else "let a chatbot.ask, a chatbot.menu or a logic.wait stand in it",
            node=node.id,
        )


def _leads_out(linked: Linked, name: str, loop: Sequence[str]) -> bool:
    """Say whether some handle of a decision leads out of the cycle, or has no edge."""
    node = linked.nodes[name]
    ways = [handle for handle in node.handles if handle not in OPTIONAL_HANDLES]
    return len(ways) > 1 and any(linked.targets.get((name, handle)) not in loop for handle in ways)


def _successors(linked: Linked, *, bodies: bool = True) -> dict[str, list[str]]:
    after: dict[str, list[str]] = {name: [] for name in linked.nodes}
    for edge in linked.edges:
        if edge.target in linked.nodes and (bodies or edge.handle not in linked.nodes[edge.source].bodies):
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
