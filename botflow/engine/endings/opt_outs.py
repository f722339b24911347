"""What an opt-out or an opt-in does to the session that hears it. The contact itself is kept elsewhere: by the
runtime in the database, by a Simulator in memory.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from botflow.engine.endings.closed_turns import leave_as_it_is, let_go
from botflow.engine.inbound import Inbound
from botflow.engine.session import Session
from botflow.engine.turn import Turn


def silences(parked: bool, inbound: Inbound) -> bool:
    """True if `inbound` visits no node. YES is an ordinary reply unless its person had opted out."""
    match inbound.consent:
        case "stop" | "ask_to_stop" | "start" | "help":
            return True
        case _:
            return parked


def why_silent(parked: bool, inbound: Inbound) -> str:
    """Return why no node answers the inbound, for its turn's trace."""
    return "opted_out" if parked or opts_out(inbound) else "opted_in" if inbound.consent == "start" else "help"


def taken_up(session: Session, inbound: Inbound, heard_ends: Collection[str]) -> Turn:
    """Return the turn that frees a session after an opt-in. Its wait starts again, with a new deadline, since the
    opt-out had ended the old one. If it waited for anything but messages, it has missed that: its execution ends. The
    return of a handoff is not missed: the commit of this turn queues it again."""
    if not accepts(session, inbound) and not session.awaits_return:
        return let_go(session, "opted_in", heard_ends)
    turn = leave_as_it_is(session, "opted_in")
    return replace(turn, status="waiting") if session.wait else turn


def accepts(session: Session, inbound: Inbound) -> bool:
    """True if the session takes the inbound now; else it waits in the queue."""
    return inbound.kind != "message" or session.wait is None or "message" in session.wait.accepts


def opts_out(inbound: Inbound) -> bool:
    """True if the message asks us to stop."""
    return inbound.consent in ("stop", "ask_to_stop")


def opts_in(parked: bool, inbound: Inbound) -> bool:
    """True if the message takes back an opt-out: START always, since a session may not know of its contact's."""
    return inbound.consent == "start" or (parked and inbound.consent == "start_if_stopped")
