"""A turn that is only tried: would a session take what may come next, where it is or moved to another version?

It is given a number, a word, and the end of its time, as far as its wait accepts them. Each turn runs to its first Ask
or to its end; nothing is asked, sent or stored. A turn that fails in the former version in the same way is no reason to
stay there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from botflow.engine.inbound import Inbound
from botflow.engine.moves.move import Move, MoveRefused, Version, move_session
from botflow.engine.node_type import NodeType
from botflow.engine.session import Session
from botflow.engine.turn import take_turn
from botflow.flow.graph import Flow
from botflow.values import value

_WORDS = ("1", "yes")
_CRASHED = "engine.crashed"


@value(frozen=True, slots=True)
class Trial:
    """What a tried turn is given besides a text: the channel, the person, and the time."""

    channel: str
    sender: str
    now: datetime


def try_move(session: Session, old: Version, new: Version, move: Move, trial: Trial) -> Session | MoveRefused:
    """Return the moved session if its next turn does not fail in the new version, else why it cannot move."""
    moved = move_session(session, old, new, move)
    if isinstance(moved, MoveRefused) or not moved.frames:
        return moved
    for inbound in _next_inbounds(moved, trial):
        problem = _failure(new.flow, moved, inbound, new.node_types)
        if problem and problem != _failure(old.flow, session, inbound, old.node_types):
            return MoveRefused("turn.fails", f"{problem} after {inbound.text or 'its time'!r}")
    return moved


def why_no_message_fits(session: Session, version: Version, trial: Trial) -> str:
    """Return the code with which the next turn fails, whatever the person writes; "" when a message is taken, or none
    is waited for."""
    messages = [inbound for inbound in _next_inbounds(session, trial) if inbound.kind == "message"]
    failures = {_failure(version.flow, session, inbound, version.node_types) for inbound in messages}
    return "" if "" in failures else min(failures, default="")


def _next_inbounds(session: Session, trial: Trial) -> Iterator[Inbound]:
    wait = session.wait
    if wait is None:
        return
    if "message" in wait.accepts:
        for text in _WORDS:
            yield _inbound(trial, text=text)
    if wait.alarms or wait.until:
        yield _inbound(trial, token=wait.token)


def _inbound(trial: Trial, *, text: str = "", token: str = "") -> Inbound:
    return Inbound(
        kind="timeout" if token else "message",
        key="dry-run",
        received_at=trial.now,
        seed=0,
        channel=trial.channel,
        sender=trial.sender,
        text=text,
        token=token,
    )


def _failure(flow: Flow, session: Session, inbound: Inbound, node_types: Mapping[str, NodeType]) -> str:
    """Return the code with which a turn fails before its first Ask, "" if it does not."""
    engine = take_turn(flow, session, inbound, node_types)
    try:
        next(engine)
    except StopIteration as finished:
        failure = finished.value.failure
        return failure.code if failure is not None else ""
    except Exception:  # noqa: BLE001 -- the fence: whatever a turn raises, the session must not come there
        return _CRASHED
    engine.close()
    return ""
