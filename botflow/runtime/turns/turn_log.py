"""Turns in the process's log: what failed, in which node of which execution and at which line; and each turn, for those
who want to see them (level debug).

A crash of a node's own code is an error; a failure that a flow may expect, an action's exception among them, is a
warning. They are logged after the commit, so that a turn that is tried again is not logged twice.
"""

from __future__ import annotations

import logging

import structlog

from botflow.engine.events import ExecutionFailed, NodeFailed
from botflow.records.turns import TurnCommit, TurnId
from botflow.runtime.process.tracebacks import traceback_of
from botflow.runtime.served_flows import Flows

LONGEST_REASON = 500  # characters: an exception may quote a whole message


class TurnLog:
    """Logs committed turns: a line for each failure, and one for the turn itself at the level debug."""

    def __init__(self, flows: Flows) -> None:
        self._flows = flows
        self._log = structlog.get_logger("botflow.turns")
        self._level = logging.getLogger("botflow.turns")

    def log(self, commit: TurnCommit, turn: TurnId, seconds: float) -> None:
        """Log the failed nodes of a turn, and the execution if it has failed. The turn was committed `seconds` after
        its inbound was received."""
        if self._level.isEnabledFor(logging.DEBUG):
            self._log_turn(commit, turn, seconds)
        for event in commit.turn.events:
            match event:
                case NodeFailed() if event.crash is not None:
                    where = traceback_of(event.crash)
                    self._log.error("node_failed", **self._place(commit, turn, event), exception=where)
                case NodeFailed():
                    self._log.warning("node_failed", **self._place(commit, turn, event))
                case ExecutionFailed():
                    self._log.warning("execution_failed", **self._place(commit, turn, event))

    def _log_turn(self, commit: TurnCommit, turn: TurnId, seconds: float) -> None:
        """Log a turn. `ms` counts from the moment when its message was received; a conversation can be followed by its
        `session`."""
        key, done, frames = commit.read.key, commit.turn, commit.turn.session.frames
        self._log.debug(
            "turn",
            workflow=self._flows.slug_of(key.workflow),
            channel=key.channel,
            session=turn.session,
            seq=turn.seq,
            execution=done.execution,
            kind=commit.inbound.kind,
            status=done.status,
            node=frames[-1].node if frames else None,
            messages=len(done.messages),
            ms=round(seconds * 1000),
        )

    def _place(self, commit: TurnCommit, turn: TurnId, event: NodeFailed | ExecutionFailed) -> dict[str, object]:
        return {
            "workflow": self._flows.slug_of(commit.read.key.workflow),
            "node": event.node,
            "execution": commit.turn.execution,
            "session": turn.session,
            "seq": turn.seq,
            "code": event.code,
            "reason": event.message[:LONGEST_REASON],
        }
