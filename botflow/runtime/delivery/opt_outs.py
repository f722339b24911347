"""Opt-outs: a person who asks us to stop is parked in every workflow, and gets no message until they opt in again.

Consent is decided at three moments: before a turn (may it run, must it be silent), with its commit (the change of
consent and the message that asks for it are one transaction), and before a part leaves (the gate).

A provider answers its own keywords (Channel.answers_itself), so we say nothing to them; a request in the person's own
words gets one confirmation. In the chat nothing is an opt-out, not even STOP: we write only to visitors who have opened
the page, they end the chat by closing it, and after an opt-out no provider would tell them how to opt in again.

The fast path reads `parked` with the session. The contact itself is read on opt-out words, on the first message of a
new session, and in the gate of the send path.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from botflow.engine.effects import SendMessage
from botflow.engine.endings.closed_turns import leave_as_it_is
from botflow.engine.endings.opt_outs import opts_in, opts_out, silences, taken_up, why_silent
from botflow.engine.inbound import Inbound
from botflow.engine.turn import Turn
from botflow.flow.graph import Flow
from botflow.interfaces import Channel, DeliveryStatus
from botflow.languages import sentences_in
from botflow.records.leases import Accepted, Arrival, Finished, Finishing
from botflow.records.outbounds import OutboundState, StoredOutbound
from botflow.records.sessions import SessionKey, StoredSession
from botflow.records.turns import Receipt, TurnCommit, TurnId
from botflow.runtime.delivery.consent_gate import ConsentGate, consent_channels, needs_gate
from botflow.runtime.delivery.loop_breaker import Suspects
from botflow.storage.consent_turns import ConsentTurns
from botflow.storage.contacts import Contacts
from botflow.storage.delivery.gate_facts import GateRows
from botflow.storage.delivery.outbox import Outbox


@dataclass(frozen=True, slots=True)
class SilentTurn:
    """A turn that visits no node because of an opt-out or its word. `parked`: whether its session is parked
    afterwards."""

    turn: Turn
    parked: bool


class ConsentKeeper:
    """Keeps contacts, and the copies of their state in sessions, in line with people's opt-outs and opt-ins.

    A turn calls it three times: `before_turn`, `after_first_commit` of a new session, and `before_reply`. The receiver
    calls before that: `parked_if_stopped` when a session is new, and `needs_send_gate`, which decides whether the turn
    may take the fast path at all. What changes consent is written by `commit`, `accept` and `finish`.
    """

    def __init__(
        self,
        contacts: Contacts,
        turns: ConsentTurns,
        gate: ConsentGate,
        rows: GateRows,
        outbox: Outbox,
        channels: Mapping[str, Channel],
    ) -> None:
        self._contacts = contacts
        self._turns = turns
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

    def forget(self) -> None:
        """Drop what this process remembers of those who have written."""
        self._suspects.forget()

    async def commit(self, commit: TurnCommit, flow: Flow) -> TurnId | None:
        """Commit a turn that asked nothing, with the change of consent that it makes."""
        channels = self._reach(commit.read.key, flow)
        if opts_out(commit.inbound):
            return await self._turns.commit_stop(commit, reason_of(commit.inbound), channels)
        return await self._turns.commit_start(commit, channels)

    async def accept(self, arrival: Arrival, flow: Flow) -> Accepted | Receipt | None:
        """Store an opt-out, and park all sessions of the contact with it: it precedes all that is queued."""
        return await self._turns.accept_stop(arrival, reason_of(arrival.inbound), self._reach(arrival.key, flow))

    async def finish(self, finishing: Finishing, flow: Flow) -> Finished | None:
        """Commit a leased turn that opts in; None when a fence refused it."""
        return await self._turns.finish_start(finishing, self._reach(finishing.commit.read.key, flow))

    async def start_with_person(self, key: SessionKey, turn: TurnId, inbound: Inbound, flow: Flow) -> None:
        """Let an opt-in that was stored while a person has the conversation take effect. Anything else is left."""
        if opts_in(True, inbound) and await self._contacts.is_stopped(key):
            said = (inbound.key, inbound.received_at)
            await self._turns.start_with_person(key, turn, *said, self._reach(key, flow))

    def _reach(self, key: SessionKey, flow: Flow) -> tuple[str, ...]:
        """Return the channels on which a change of consent holds, the person's own first."""
        return consent_channels(self._channels, key.channel, flow.policy)

    async def parked_if_stopped(self, stored: StoredSession) -> StoredSession:
        """Mark a new session as parked when its contact has opted out in another workflow."""
        if stored.has_row or stored.key.channel not in self._channels:
            return stored
        return replace(stored, parked=await self._contacts.is_stopped(stored.key))

    async def before_turn(
        self, stored: StoredSession, inbound: Inbound, flow: Flow, *, is_stored: bool
    ) -> SilentTurn | None:
        """Return the turn of an inbound that visits no node, or None for all others. It changes nothing by itself.

        It does not move the session, and at most confirms an opt-out. Of a START and a STOP the one received last
        counts, whichever turn runs first. An opt-out that `is_stored` holds already, unless a later START took it back.
        """
        if not silences(stored.parked, inbound):
            return None
        if opts_in(stored.parked, inbound):
            may_start = await self._contacts.may_start(stored.key, stored.id, inbound.key, inbound.received_at)
            is_freed = stored.parked and may_start
            turn = (
                taken_up(stored.session, inbound, flow.heard_ends)
                if is_freed
                else leave_as_it_is(stored.session, why_silent(stored.parked, inbound))
            )
            return SilentTurn(turn, parked=not may_start)
        messages: tuple[SendMessage, ...] = ()
        if inbound.consent == "ask_to_stop" and await self._is_news(stored.key, inbound, is_stored=is_stored):
            language = flow.spoken_in(stored.session.language).language
            messages = (SendMessage(text=sentences_in(language).opted_out, sender=inbound.address),)
        parked = stored.parked or (opts_out(inbound) and not is_stored)
        return SilentTurn(leave_as_it_is(stored.session, why_silent(parked, inbound), messages), parked)

    async def _is_news(self, key: SessionKey, inbound: Inbound, *, is_stored: bool) -> bool:
        """True if the opt-out changes something, and so is confirmed: it has opted the contact out, or will do so."""
        if is_stored:
            return await self._contacts.was_stopped_by(key, inbound.key)
        return not await self._contacts.is_stopped(key)

    async def after_first_commit(self, key: SessionKey, turn: TurnId, inbound: Inbound) -> bool:
        """After a session's first inbound: park the session if its contact has opted out meanwhile; True then.

        An opt-out has parked it already, and the commit of a START looks at the contact itself.
        """
        if turn.seq > 1 or opts_out(inbound) or inbound.consent == "start" or key.channel not in self._channels:
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


def reason_of(inbound: Inbound) -> str:
    """Return the evidence's code for an opt-out."""
    return "opt_out.word" if inbound.consent == "stop" else "opt_out.request"


def changes_consent(commit: TurnCommit) -> bool:
    """True if the turn opts its person out or in."""
    return opts_out(commit.inbound) or takes_back(commit)


def takes_back(commit: TurnCommit) -> bool:
    """True if the turn opts its person in. A START that was received before a STOP does not."""
    return opts_in(commit.read.parked, commit.inbound) and not commit.parked
