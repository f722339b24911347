"""Starts the conversation that a missed call asks for: in the caller's own session, once per call, and only if they
take messages. A call says nothing about consent, and is no message: anybody can pretend to call from any number.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection

from botflow.interfaces import MissedCall
from botflow.nodes.triggers.missed_call import MISSED_CALL
from botflow.records.runs import StartedRun
from botflow.records.sessions import SessionKey
from botflow.storage.consent_changes import hold_consent
from botflow.storage.runs.starts.for_person import PersonStart, start_for_person


@dataclass(frozen=True, slots=True, kw_only=True)
class CallStart:
    """A call, and the version of a workflow that it starts at the trigger `node`."""

    workflow: int
    flow_version: int
    node: str
    call: MissedCall
    trace: str = ""


def start_after_call(connection: Connection, start: CallStart) -> StartedRun | Literal["busy", "stopped"]:
    """Write a pending execution for the caller, in the caller's transaction; a call that is known starts nothing."""
    call = start.call
    session = SessionKey(start.workflow, call.channel, call.caller)
    told = {"caller": call.caller, "number": call.number, "call": call.key}
    return start_for_person(
        connection,
        PersonStart(
            session=session,
            is_stopped=hold_consent(connection, session),
            flow_version=start.flow_version,
            parameters={"trigger": MISSED_CALL, "start": start.node, "input": told},
            address=call.number,
            key=f"call:{call.key}",
            trace=start.trace,
        ),
    )
