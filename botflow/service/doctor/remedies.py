"""Remedies: each is one change that operators can make anyway, made only on the session as it was examined.

The session is locked and compared, changed, and the change written to the audit log, in one transaction: what a person
or another operator does meanwhile is never undone by a remedy for something else.
"""

from __future__ import annotations

from functools import partial
from typing import assert_never

from sqlalchemy import Connection

from botflow.engine.moves.move import Version
from botflow.errors import FlowError, RejectedInbound
from botflow.records.access import Principal
from botflow.records.doctor import Examined
from botflow.records.runs import LifecycleChange
from botflow.runtime.runs.refusals import refused
from botflow.service.doctor.finding_models import Finding, Mending
from botflow.service.messages.held_messages import HeldMessages
from botflow.storage.engines.engine import Engine
from botflow.storage.runs import handoffs
from botflow.storage.runs.changes import lifecycle, operator_changes
from botflow.storage.runs.handoffs import LockedSession, lock_session
from botflow.storage.service.audit_log import record_change


class Remedies:
    """Applies remedies for the caller."""

    def __init__(self, engine: Engine, caller: Principal) -> None:
        self._engine = engine
        self._caller = caller

    async def apply(
        self, each: Examined, version: Version | FlowError | None, finding: Finding, mending: Mending
    ) -> None:
        """Carry out a remedy of the finding. RejectedInbound `session.changed` (409), or what the remedy refuses."""
        await self._engine.write(partial(self._apply, each=each, version=version, finding=finding, mending=mending))

    def _apply(
        self,
        connection: Connection,
        *,
        each: Examined,
        version: Version | FlowError | None,
        finding: Finding,
        mending: Mending,
    ) -> None:
        locked = lock_session(connection, each.stored.id)
        if locked is None or (locked.version, locked.last_seq) != (mending.revision, each.stored.last_seq):
            raise RejectedInbound(
                "the session has gone on since it was examined",
                code="session.changed",
                hint="read its diagnosis again",
                status=409,
            )
        match mending.remedy:
            case "end":
                end = partial(lifecycle.cancel, skip_finally=True)
                _check(end(connection, _execution_of(each), self._caller.organization))
            case "move":
                self._move(connection, each, version, mending.node or "")
            case "return":
                self._return(connection, locked, replay=mending.replay)
            case "release":
                HeldMessages(self._caller).release(connection, finding.subject or "")
            case "drop":
                HeldMessages(self._caller).drop(connection, finding.subject or "")
            case _:
                assert_never(mending.remedy)
        done = {"finding": finding.code, **mending.model_dump(exclude={"finding", "revision"}, exclude_defaults=True)}
        record_change(connection, self._caller, "session.mended", f"session:{each.stored.id}", after=done)

    def _move(self, connection: Connection, each: Examined, version: Version | FlowError | None, node: str) -> None:
        def has_node(number: int, flow_id: str) -> bool:
            is_there = isinstance(version, Version) and version.node(flow_id, node) is not None
            return is_there and number == each.stored.flow_version

        moved = operator_changes.move(connection, _execution_of(each), self._caller.organization, node, has_node)
        _check(moved)

    def _return(self, connection: Connection, locked: LockedSession, *, replay: bool) -> None:
        assert locked.session.handoff is not None, "the finding says so, and the session is as it was"
        handoffs.give_back(connection, locked, replay=replay)


def _execution_of(each: Examined) -> str:
    execution = each.stored.session.execution
    if execution is None:
        raise refused("unknown")
    return execution


def _check(outcome: LifecycleChange) -> None:
    if outcome not in ("changed", "repeated"):
        raise refused(outcome)
