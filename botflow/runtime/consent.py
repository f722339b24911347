"""What opt-out words do to a session: they park it, and a parked session gets silence until its person opts in again.

Source: Twilio's opt-out keywords; the provider answers them itself, so we say nothing.
"""

from __future__ import annotations

from botflow.engine.inbound import Inbound


def silences(parked: bool, inbound: Inbound) -> bool:
    """Say whether `inbound` is stored without a turn. YES is an ordinary answer to anybody who had not stopped."""
    match inbound.consent:
        case "stop" | "ask_to_stop" | "start" | "help":
            return True
        case _:
            return parked


def parks(parked: bool, inbound: Inbound) -> bool:
    """Return the session's opt-out state after `inbound`."""
    match inbound.consent:
        case "stop" | "ask_to_stop":
            return True
        case "start" | "start_if_stopped":
            return False
        case _:
            return parked
