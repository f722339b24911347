"""Opt-outs in memory: a person who asks us to stop is parked in every workflow until they opt in again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from botflow.engine.effects import SendMessage
from botflow.engine.endings.closed_turns import leave_as_it_is
from botflow.engine.endings.opt_outs import opts_in, opts_out, silences, taken_up, why_silent
from botflow.engine.inbound import Inbound
from botflow.engine.turn import Turn
from botflow.languages import sentences_in
from botflow.testing.simulated_channels import SimulatedChannels
from botflow.testing.simulated_session import SimulatedSession


class SimulatedConsent:
    """Who has opted out, by channel and address. Sessions know it, too: they are `parked`."""

    def __init__(self, sessions: Mapping[int, SimulatedSession], channels: SimulatedChannels) -> None:
        self._sessions = sessions
        self._channels = channels
        self._stopped: set[tuple[str, str]] = set()

    def is_stopped(self, channel: str, address: str) -> bool:
        return (channel, address) in self._stopped

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
            self._start(session)
            return turn
        reason = why_silent(session.parked, inbound)
        confirmation: tuple[SendMessage, ...] = ()
        if inbound.consent == "ask_to_stop" and not self.is_stopped(session.channel, session.sender):
            language = session.flow.spoken_in(session.state.language).language
            confirmation = (SendMessage(text=sentences_in(language).opted_out, sender=inbound.address),)
        if opts_out(inbound):
            self._stop(session)
        return leave_as_it_is(session.state, reason, confirmation)

    def _stop(self, session: SimulatedSession) -> None:
        for channel in self._channels.reached_by_consent(session.channel, session.flow.policy):
            self._stopped.add((channel, session.sender))
        for other in self._of_person(session):
            other.parked = True
            other.stop_alarm()
            _move_on(other, besides=session)

    def _start(self, session: SimulatedSession) -> None:
        for channel in self._channels.reached_by_consent(session.channel, session.flow.policy):
            self._stopped.discard((channel, session.sender))
        for other in self._of_person(session):
            if other.parked:
                other.parked = False
                _move_on(other, besides=session)

    def _of_person(self, session: SimulatedSession) -> Iterator[SimulatedSession]:
        channels = self._channels.reached_by_consent(session.channel, session.flow.policy)
        for other in self._sessions.values():
            if other.sender == session.sender and other.channel in channels:
                yield other


def _move_on(session: SimulatedSession, *, besides: SimulatedSession) -> None:
    """Give a session that has no turn of its own a new version."""
    if session is not besides:
        session.state = replace(session.state, version=session.state.version + 1)
