"""The session that a fork begins with: the rebuilt one of its original, with other variables, and nobody above it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from botflow.engine.endings.ending import state_of
from botflow.engine.json_values import plain_json
from botflow.engine.limits import Limits
from botflow.engine.session import Frame, Persona, Session
from botflow.errors import FlowError
from botflow.flow.graph import Flow

_LIMITS = Limits()


def forked_session(
    session: Session, execution: str, variables: Mapping[str, Any], persona: Persona | None = None
) -> Session:
    """Return the first session of the fork `execution`; `variables` are set in the graph of the step. `persona` is the
    original's person, None for a run.

    FlowError `value.not_json`, or `limit.session_size` when they are too large for a session.
    """
    frames = list(session.frames)
    owner = _owner(frames)
    frames[owner] = _with_variables(frames[owner], {name: plain_json(each) for name, each in variables.items()})
    apart = replace(session, parent=None, kept_of="", cancel=0, handoff=None)
    forked = replace(apart, frames=tuple(frames), execution=execution, persona=persona).emptied()
    state_of(forked, _LIMITS)
    return forked


def check_places(session: Session, old: Flow, new: Flow) -> None:
    """FlowError `fork.no_node` unless another version has every node where the session is, of the same type."""
    for frame in session.frames:
        was, now = _node_type(frame, old), _node_type(frame, new)
        if now is None or now != was:
            raise FlowError(
                f"that version has no node {frame.node!r} of the type {was}",
                code="fork.no_node",
                hint="fork onto a version that has the nodes of the step, or onto the original's own",
            )


def _node_type(frame: Frame, flow: Flow) -> str | None:
    graph = flow if not frame.flow else flow.subflows.get(frame.flow)
    node = graph.nodes.get(frame.node) if graph is not None else None
    return node.type if node is not None else None


def _owner(frames: list[Frame]) -> int:
    """Return the place of the frame whose variables are in force: digressions and bodies have none of their own."""
    position = len(frames) - 1
    flow = frames[position].flow
    while frames[position].kind in ("digression", "body") or frames[position].flow != flow:
        position -= 1
    return position


def _with_variables(frame: Frame, variables: Mapping[str, Any]) -> Frame:
    """Set variables of a frame; one that was large and stored elsewhere is in the frame now."""
    kept = {
        part: {name: stored for name, stored in names.items() if part != "variables" or name not in variables}
        for part, names in frame.kept.items()
    }
    return replace(
        frame,
        variables={**frame.variables, **variables},
        kept={part: names for part, names in kept.items() if names},
    )
