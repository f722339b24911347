"""Opt-outs in memory: a person who asks us to stop is parked in every workflow until they opt in again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from botflow.engine.effects import SendMessage
from botflow.engine.endings.closed_turns import leave_as_it_is
from botflow.engine.endings.opt_outs import opts_in, opts_out, silences, taken_up, why_silent
from botflow.engine.inbound import RETURNED, Inbound
from botflow.engine.session import Wait
from botflow.engine.turn import Turn
from botflow.languages import sentences_in
from botflow.testing.simulated.channels import SimulatedChannels
from botflow.testing.simulated.session import SimulatedSession
from botflow.testing.virtual_clock import VirtualClock

AWAITED = frozenset((RETURNED, "child_done", "delivery"))  # what ends a wait, and is heard after an opt-in


class SimulatedConsent:
    """Who has opted out, by channel and address. Sessions know it, too: they are `parked`."""

    def __init__(
        self,
        sessions: Mapping[int, SimulatedSession],
        channels: SimulatedChannels,
        clock: VirtualClock,
        queue_again: Callable[[SimulatedSession, Inbound], None],
    ) -> None:
        self._sessions = sessions
        self._channels = channels
        self._clock = clock
        self._queue_again = queue_again
        self._stopped: dict[tuple[str, str], str] = {}  # by channel and address: the key of the message that said so

    def is_stopped(self, channel: str, address: str) -> bool:
        return (channel, address) in self._stopped

    def heed(self, session: SimulatedSession, inbound: Inbound) -> None:
        """Park an opt-out's person at once: it precedes all that is queued."""
        if not opts_out(inbound) or self.is_stopped(session.channel, session.sender):
            return
        for channel in self._channels.reached_by_consent(session.channel, session.flow.policy):
            self._stopped.setdefault((channel, session.sender), inbound.key)
        for other in self._of_person(session):
            other.parked = True
            other.stop_alarm()
            other.state = replace(other.state, version=other.state.version + 1)

    def silent_turn(self, session: SimulatedSession, inbound: Inbound) -> Turn | None:
        """Return the turn of an inbound that visits no node because of an opt-out or its word; None for all others."""
        if not silences(session.parked, inbound):
            return None
        if opts_in(session.parked, inbound):
            reason = why_silent(session.parked, inbound)
            turn = (
                taken_up(session.state, inbound, session.flow.heard_ends)
                if session.parked
                else leave_as_it_is(session.state, reason)
            )
            self._start(session, turn)
            return turn
        reason = why_silent(session.parked, inbound)
        confirmation: tuple[SendMessage, ...] = ()
        stopped_by = self._stopped.get((session.channel, session.sender))
        if inbound.consent == "ask_to_stop" and stopped_by == inbound.key:
            language = session.flow.spoken_in(session.state.language).language
            confirmation = (SendMessage(text=sentences_in(language).opted_out, sender=inbound.address),)
        return leave_as_it_is(session.state, reason, confirmation)

    def passed_over(self, session: SimulatedSession, inbound: Inbound, turn: Turn) -> None:
        """Note what came for the wait of a parked session: it is heard once the person has opted in."""
        if session.parked and inbound.kind in AWAITED:
            session.unheard.append((turn, inbound))

    def _start(self, session: SimulatedSession, turn: Turn) -> None:
        for channel in self._channels.reached_by_consent(session.channel, session.flow.policy):
            self._stopped.pop((channel, session.sender), None)
        for other in self._of_person(session):
            if other.parked:
                other.parked = False
                if other is session:
                    self._hear_after_all(other, turn.session.wait)
                    continue
                other.state = replace(other.state, version=other.state.version + 1)
                other.start_alarm(self._clock.now())
                self._hear_after_all(other, other.state.wait)

    def _hear_after_all(self, session: SimulatedSession, wait: Wait | None) -> None:
        """Queue again what the session still waits for, and what came for it while it was parked."""
        unheard, session.unheard = session.unheard, []
        if wait is None or AWAITED.isdisjoint(wait.accepts):
            return
        began = int(wait.group or wait.token)
        for turn, inbound in unheard:
            if turn.session.version > began:
                session.turns = [each for each in session.turns if each is not turn]
                self._queue_again(session, inbound)

    def _of_person(self, session: SimulatedSession) -> Iterator[SimulatedSession]:
        channels = self._channels.reached_by_consent(session.channel, session.flow.policy)
        for other in self._sessions.values():
            if other.sender == session.sender and other.channel in channels:
                yield other
