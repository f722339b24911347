"""Moves a waiting session to another version of its flow, or says why that version cannot take it.

A session may move when the new version has every place where it is (the nodes of all its frames, of the same types,
with their subflows and bodies), when it has the values that the new version relies on at these places, and when the
turn that comes next does not fail there (`dry_run.py`). Its wait stays as it is, with its deadlines. The questions that
it could go back to are forgotten: they belong to the former graph. `restart` ends the execution instead; the next
message begins another one, in the version that is active then.

Nothing moves that has work of other sessions to wait for, or that is ending.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from typing import Literal

import orjson

from botflow.engine.limits import Limits
from botflow.engine.moves.wanted_values import OUTPUT, Names, WantedValues
from botflow.engine.node_type import NodeType
from botflow.engine.session import Frame, Past, Session
from botflow.flow.fields import texts
from botflow.flow.graph import Flow, Node
from botflow.values import value

Action = Literal["stay", "same", "restart", "to"]
MoveRefusal = Literal[
    "execution.ending",  # only its `finally` bodies still run
    "wait.for_person",  # a handoff: it does not begin again while a person may talk to the contact
    "wait.for_work",  # it waits for runs or for a delivery, which were asked for by the former version
    "flow.gone",  # the new version does not run this subflow
    "node.gone",
    "node.other_type",
    "frame.other_subflow",  # the node below runs another subflow now
    "frame.no_body",  # the node below has no body any more
    "variable.missing",
    "output.missing",
    "session.too_large",
    "turn.fails",  # the turn that comes next would fail
]
_LIMITS = Limits()


@value(frozen=True, slots=True)
class Move:
    """What becomes of the sessions at a node. `node` is where `to` leads, in the same graph."""

    action: Action
    node: str = ""


@value(frozen=True, slots=True)
class MoveRefused:
    """Why a session cannot move; `detail` names what is missing or other."""

    reason: MoveRefusal
    detail: str = ""


class Version:
    """A compiled version, with what its places rely on."""

    def __init__(self, flow: Flow, node_types: Mapping[str, NodeType]) -> None:
        self.flow = flow
        self.node_types = node_types

    def graph(self, flow_id: str) -> Flow | None:
        return self.flow if not flow_id else self.flow.subflows.get(flow_id)

    def node(self, flow_id: str, node: str) -> Node | None:
        graph = self.graph(flow_id)
        return None if graph is None else graph.nodes.get(node)

    def wanted(self, flow_id: str, node: str) -> Names:
        return self._wanted[flow_id].at(node) if flow_id in self._wanted else frozenset()

    @cached_property
    def _wanted(self) -> dict[str, WantedValues]:
        graphs = {"": self.flow, **self.flow.subflows}
        return {name: WantedValues(graph, self.node_types) for name, graph in graphs.items()}


def place_of(session: Session) -> str:
    """Return where a session waits: the node's id, in a subflow `subflow/node`. It has an execution under way."""
    top = session.frames[-1]
    return f"{top.flow}/{top.node}" if top.flow else top.node


def move_session(session: Session, old: Version, new: Version, move: Move) -> Session | MoveRefused:
    """Return the session at its place in `new`, with the same version number, or why it cannot be there."""
    if (bound := _bound(session)) is not None:
        return bound
    if move.action == "restart" and session.handoff is not None:
        return MoveRefused("wait.for_person")
    if move.action == "restart":
        return Session(version=session.version, address=session.address, language=session.language)
    top = replace(session.frames[-1], node=move.node or session.frames[-1].node)
    frames = (*session.frames[:-1], top)
    for position, frame in enumerate(frames):
        above = frames[position + 1] if position + 1 < len(frames) else None
        was = old.node(frame.flow, session.frames[position].node)
        if (refused := _misplaced(frame, above, was, new)) is not None:
            return refused
    frames = tuple(_with_defaults(frame, new) for frame in frames)
    for position, frame in enumerate(frames):
        owner = _owner(frames, position)
        missing = new.wanted(frame.flow, frame.node) - old.wanted(frame.flow, session.frames[position].node)
        if (refused := _lacking(owner, missing)) is not None:
            return refused
    forgets = bool(session.past.answered) or session.past.barred
    moved = replace(session, frames=frames, past=Past(barred=forgets))
    size = len(orjson.dumps(moved.to_json()))
    return moved if size <= _LIMITS.session_characters else MoveRefused("session.too_large", f"{size} bytes")


def _bound(session: Session) -> MoveRefused | None:
    """Return why a session can move to no version and cannot begin again."""
    if session.closing is not None or session.cancel:
        return MoveRefused("execution.ending")
    accepts = session.wait.accepts if session.wait is not None else ()
    waits_for_person = ("timeout", "returned", *(("message", "delivery") if "message" in accepts else ()))
    others = [kind for kind in accepts if kind not in waits_for_person]
    return MoveRefused("wait.for_work", ", ".join(others)) if others or session.wait is None else None


def _misplaced(frame: Frame, above: Frame | None, was: Node | None, new: Version) -> MoveRefused | None:
    """Return what of a frame's place the new version does not have. `was` is the node in the former version."""
    if new.graph(frame.flow) is None:
        return MoveRefused("flow.gone", frame.flow)
    node = new.node(frame.flow, frame.node)
    if node is None:
        return MoveRefused("node.gone", frame.node)
    if was is None or node.type != was.type:
        return MoveRefused("node.other_type", f"{frame.node}: {was.type if was else 'unknown'}, now {node.type}")
    if above is None or above.kind == "digression":
        return None
    if above.kind == "body":
        bodies = new.node_types[node.type].bodies(node.properties)
        return None if bodies else MoveRefused("frame.no_body", frame.node)
    runs = {text.text for text in texts(node.properties) if text.kind == "workflow"}
    return None if above.flow in runs else MoveRefused("frame.other_subflow", frame.node)


def _with_defaults(frame: Frame, new: Version) -> Frame:
    """Give a frame the variables that the new version declares and the session has not."""
    graph = new.graph(frame.flow)
    if frame.kind not in ("main", "subflow") or graph is None:
        return frame
    return replace(frame, variables={**graph.variables, **frame.variables})


def _owner(frames: tuple[Frame, ...], position: int) -> Frame:
    """Return the frame whose variables the one at `position` reads: digressions and bodies have none of their own."""
    flow = frames[position].flow
    while frames[position].kind in ("digression", "body") or frames[position].flow != flow:
        position -= 1
    return frames[position]


def _lacking(owner: Frame, wanted: Names) -> MoveRefused | None:
    variables = sorted(name for name in wanted if not name.startswith(OUTPUT) and name not in owner.variables)
    if variables:
        return MoveRefused("variable.missing", ", ".join(variables))
    outputs = sorted(name for name in wanted if name.startswith(OUTPUT) and name[1:] not in owner.outputs)
    return MoveRefused("output.missing", ", ".join(outputs)) if outputs else None
