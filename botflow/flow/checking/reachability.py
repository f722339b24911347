"""Checks of the graph: nodes that are never reached, sends that a stranger chooses, loops that never wait."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from botflow.flow.checking.bodies import inside_of
from botflow.flow.checking.handles import OPTIONAL_HANDLES, check_handles
from botflow.flow.policy import Budgets
from botflow.flow.problems import Report
from botflow.flow.templates.template import bare_expression, is_template
from botflow.flow.typed_document import Linked

_OWN_ADDRESS = "$contact.address"


def check_graph(linked: Linked, report: Report, *, returns: bool, waits: Mapping[str, bool]) -> None:
    """Check reachability, dead ends and loops.

    `returns` says that the document runs as a subflow, where an end leads back; `waits` which nodes wait for a person.
    """
    after = successors(linked)
    inside = inside_of(linked)
    digressing = reachable(after, (item.target for item in linked.document.interrupts))
    reached = digressing | reachable(after, (node.id for node in linked.triggers))
    talking = set() if returns else reachable(after, with_person(linked)) - inside
    for node in linked.nodes.values():
        if node.id not in reached and not node.is_trigger and linked.triggers:
            hint = "lead an edge to it, or remove it"
            report.warning(
                "node.unreachable", f"nothing leads to {node.id!r}", (*node.path, "id"), hint=hint, node=node.id
            )
            continue
        talks = node.id in talking or node.id in digressing - inside
        check_handles(linked, node, report, talks=talks, ends=node.id in talking)
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
    by_chat = reachable(after, (*starts, *(item.target for item in linked.document.interrupts)))
    for node in linked.nodes.values():
        if node.sends and node.id in by_chat and _is_chosen(getattr(node.properties, "to", None)):
            report.warning(
                "send.unlimited",
                f"every visitor of the chat can make {node.id!r} send to another number",
                (*node.path, "id"),
                hint="set countries, such as [US], or budgets; botflow's own bounds hold in any case",
                node=node.id,
            )


def _is_chosen(address: object) -> bool:
    """Say whether a visitor may choose the address: not one that is written in the flow, or the visitor's own."""
    if not isinstance(address, str):
        return True
    return is_template(address) and (bare_expression(address) or "").strip() != _OWN_ADDRESS


def _check_loops(linked: Linked, waits: Mapping[str, bool], report: Report) -> None:
    """Report cycles without a wait; a cycle through a loop's own body ends by the loop's limit."""
    after = successors(linked, bodies=False)
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


def with_person(linked: Linked) -> list[str]:
    """Return the triggers of which a person may be there to talk to."""
    mode = linked.document.execution_mode
    return [node.id for node in linked.triggers if node.spec.has_person(mode)]


def successors(linked: Linked, *, bodies: bool = True) -> dict[str, list[str]]:
    after: dict[str, list[str]] = {name: [] for name in linked.nodes}
    for edge in linked.edges:
        if edge.target in linked.nodes and (bodies or edge.handle not in linked.nodes[edge.source].bodies):
            after[edge.source].append(edge.target)
    return after


def reachable(after: Mapping[str, list[str]], roots: Iterable[str]) -> set[str]:
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
