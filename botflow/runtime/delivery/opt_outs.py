"""Opt-outs: a person who asks us to stop is parked in every workflow, and gets no message until they opt in again.

A provider answers its own keywords (Channel.answers_itself), so we say nothing to them; a request in the person's own
words gets one confirmation. In the chat nothing is an opt-out, not even STOP: we write only to visitors who have opened
the page, they end the chat by closing it, and after an opt-out no provider would tell them how to opt in again.

The fast path reads `parked` with the session. The contact itself is read on opt-out words, on the first message of a
new session, and in the gate of the send path.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from botflow.engine.closed_turns import leave_as_it_is, let_go
from botflow.engine.effects import SendMessage
from botflow.engine.inbound import Inbound
from botflow.engine.session import Session
from botflow.engine.turn import Turn
from botflow.flow.graph import Flow
from botflow.interfaces import Channel, DeliveryStatus
from botflow.languages import sentences_in
from botflow.records.outbounds import OutboundState, StoredOutbound
from botflow.records.sessions import SessionKey, StoredSession
from botflow.records.turns import TurnId
from botflow.runtime.delivery.consent_gate import ConsentGate, needs_gate
from botflow.runtime.delivery.loop_breaker import Suspects
from botflow.storage.contacts import Contacts
from botflow.storage.delivery.gate_facts import GateRows
from botflow.storage.delivery.outbox import Outbox


@dataclass(frozen=True, slots=True)
class SilentTurn:
    """A turn that visits no node because of an opt-out or its word, and whether its session is parked afterwards."""

    turn: Turn
    parked: bool


class ConsentKeeper:
    """Keeps contacts, and the copies of their state in sessions, in line with people's opt-outs and opt-ins.

    A turn calls it three times: `before_turn`, `after_first_commit` of a new session, and `before_reply`. The receiver
    calls before that: `stop` as soon as an opt-out arrives, `parked_if_stopped` when a session is new, and
    `needs_send_gate`, which decides whether the turn may take the fast path at all.
    """

    def __init__(
        self,
        contacts: Contacts,
        gate: ConsentGate,
        rows: GateRows,
        outbox: Outbox,
        channels: Mapping[str, Channel],
    ) -> None:
        self._contacts = contacts
        self._gate = gate
        self._rows = rows
        self._outbox = outbox
        self._channels = channels
        self._suspects = Suspects()

    def needs_send_gate(self, flow: Flow, key: SessionKey, inbound: Inbound, now_s: float) -> bool:
        """True if the reply to `inbound` must be checked by the send gate; such a turn takes the accepted path."""
        if key.channel not in self._channels:
            return False
        is_suspect = self._suspects.hears(key, inbound.text, now_s)
        return is_suspect or needs_gate(flow.policy)

    async def stop(self, key: SessionKey, inbound: Inbound) -> None:
        """Park all sessions of the contact at once, before the turn of the opt-out: it precedes all that is queued."""
        reason = "opt_out.word" if inbound.consent == "stop" else "opt_out.request"
        await self._contacts.stop(key, inbound.key, reason)

    async def parked_if_stopped(self, stored: StoredSession) -> StoredSession:
        """Mark a new session as parked when its contact has opted out in another workflow."""
        if stored.has_row or stored.key.channel not in self._channels:
            return stored
        return replace(stored, parked=await self._contacts.is_stopped(stored.key))

    async def before_turn(self, stored: StoredSession, inbound: Inbound, flow: Flow) -> SilentTurn | None:
        """Return the turn of an inbound that visits no node, or None for all others.

        It does not move the session, and at most confirms an opt-out. Of a START and a STOP the one received last
        counts, whichever turn runs first.
        """
        if not silences(stored.parked, inbound):
            return None
        parked = parks(stored.parked, inbound)
        if inbound.consent == "start" or (stored.parked and not parked):
            parked = not await self._contacts.start(stored.key, inbound.key, "opt_in.word", inbound.received_at)
        if stored.parked and not parked:
            return SilentTurn(_taken_up(stored.session, inbound), parked)
        messages: tuple[SendMessage, ...] = ()
        if inbound.consent == "ask_to_stop" and await self._contacts.was_stopped_by(stored.key, inbound.key):
            messages = (SendMessage(text=sentences_in(flow.language).opted_out, sender=inbound.address),)
        return SilentTurn(leave_as_it_is(stored.session, "opted_out", messages), parked)

    async def after_first_commit(self, key: SessionKey, turn: TurnId, inbound: Inbound) -> bool:
        """After a session's first inbound: park the session if its contact has opted out meanwhile; True then."""
        if turn.seq > 1 or inbound.consent or key.channel not in self._channels:
            return False
        return await self._contacts.park_if_stopped(key)

    async def release_held_for_night(self, key: SessionKey, turn: TurnId, flow: Flow, inbound: Inbound) -> None:
        """Release messages that wait for the end of quiet hours: a person who writes is awake."""
        if key.channel in self._channels and flow.policy.quiet_hours is not None and inbound.kind == "message":
            await self._rows.wake(turn.session)

    async def before_reply(self, parts: Sequence[StoredOutbound]) -> tuple[StoredOutbound, ...]:
        """Return those of a turn's parts that the waiting request may answer with; settle the others."""
        passed = []
        for part in parts:
            passage = await self._gate.passage(part)
            match passage.verdict:
                case "send":
                    passed.append(part)
                case "delay":
                    await self._outbox.release(part, passage.after_s)
                case "suppress":
                    await self._settle(part, "suppressed", passage.code, passage.reason)
                case "hold":
                    await self._settle(part, "held", passage.code, passage.reason)
                case "fail":
                    await self._settle(part, "failed", passage.code, passage.reason)
        return tuple(passed)

    async def _settle(self, part: StoredOutbound, state: OutboundState, code: str, reason: str) -> None:
        await self._outbox.report(
            DeliveryStatus(session=part.session, wire_id=part.wire_id, state=state, error_code=code, reason=reason)
        )


def silences(parked: bool, inbound: Inbound) -> bool:
    """True if `inbound` visits no node. YES is an ordinary reply unless its person had opted out."""
    match inbound.consent:
        case "stop" | "ask_to_stop" | "start" | "help":
            return True
        case _:
            return parked


def _taken_up(session: Session, inbound: Inbound) -> Turn:
    """Return the turn that frees a session after an opt-in. Its wait starts again, with a new deadline, since the
    opt-out had ended the old one. If it waited for anything but messages, it has missed that: its execution ends."""
    if not accepts(session, inbound):
        return let_go(session, "opted_out")
    turn = leave_as_it_is(session, "opted_out")
    return replace(turn, status="waiting") if session.wait else turn


def accepts(session: Session, inbound: Inbound) -> bool:
    """True if the session takes the inbound now; else it waits in the queue."""
    return inbound.kind != "message" or session.wait is None or "message" in session.wait.accepts


def parks(parked: bool, inbound: Inbound) -> bool:
    """Return the session's opt-out state after `inbound`."""
    match inbound.consent:
        case "stop" | "ask_to_stop":
            return True
        case "start" | "start_if_stopped":
            return False
        case _:
            return parked
