"""The loop breaker: two robots that answer each other must be stopped before they use up the budget.

A person does not write more than thirty messages within a minute (`FLOOD`); a phone's autoresponder, with two or three
seconds for each round, comes close to that. Slower robots repeat themselves: five times the same message within ten
minutes, each with only the same reply (`ECHOES`), is also a loop. A person who presses "1" in different menus, or
answers five questions with "5", gets different replies, and photos without text are not an echo. In a loop the replies
stop for a minute; if it continues, for five minutes, half an hour, two hours. An hour without a loop resets this. Only
replies are suppressed: every message is stored and has its turn, and messages received in a pause do not count later.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import timedelta

from botflow.records.sessions import SessionKey
from botflow.storage.delivery.gate_facts import Exchange, LoopReason, PartFacts, Pause

FLOOD = 30  # messages within FLOOD_S that may still be a person's
FLOOD_S = 60.0
ECHOES = 5
ECHO_S = 600.0
PAUSES_S = (60.0, 300.0, 1800.0, 7200.0)
PEACE_S = 3600.0  # after the end of a pause

REPLIES_SEEN = 3 * ECHOES  # a reply may have several parts

# When this process becomes suspicious: lower than the limits above, since other processes may see the other messages.
SUSPECT = 8
SUSPECT_ECHOES = 3
KEPT = 20_000


def circling(facts: PartFacts, text: str) -> Pause | None:
    """Return the pause that suppresses the reply `text`, because it belongs to a loop; None when it may leave."""
    exchange, now = facts.exchange, facts.now
    last = exchange.pause
    if last is not None and now < last.until:
        return last
    reason = _reason(exchange, facts, text)
    if reason is None:
        return None
    level = 0
    if last is not None and now < last.until + timedelta(seconds=PEACE_S):
        level = min(last.level + 1, len(PAUSES_S) - 1)
    return Pause(reason=reason, level=level, until=now + timedelta(seconds=PAUSES_S[level]))


def _reason(exchange: Exchange, facts: PartFacts, text: str) -> LoopReason | None:
    since = exchange.pause.until if exchange.pause is not None else facts.now - timedelta(days=1)
    heard = [(at, said) for at, said in exchange.heard if at > since]
    if sum((facts.now - at).total_seconds() <= FLOOD_S for at, _ in heard) > FLOOD:
        return "loop.flood"
    latest = [said.strip().casefold() for at, said in heard[:ECHOES] if (facts.now - at).total_seconds() <= ECHO_S]
    is_echo = len(latest) == ECHOES and len(set(latest)) == 1 and latest[0]
    is_answered_alike = all(exchange.said.count(each) >= ECHOES - 1 for each in (text, *exchange.beside))
    return "loop.echo" if is_echo and is_answered_alike else None


@dataclass(slots=True)
class _Heard:
    """The recent messages of one person, as this process saw them."""

    since_s: float
    count: int = 0
    text: str = ""
    echoes: int = 0
    suspect_until_s: float = 0.0


@dataclass(slots=True)
class Suspects:
    """The persons whose turns may not take the fast path, because the send gate must check their replies.

    It is a hint in this process's memory only; the gate decides by the database.
    """

    _heard: OrderedDict[SessionKey, _Heard] = field(default_factory=OrderedDict)

    def forget(self) -> None:
        """Drop what was heard. The gate still decides by the database."""
        self._heard.clear()

    def hears(self, key: SessionKey, text: str, now_s: float) -> bool:
        """Count a message; True if its reply must pass the gate."""
        heard = self._heard.setdefault(key, _Heard(since_s=now_s))
        self._heard.move_to_end(key)
        if len(self._heard) > KEPT:
            self._heard.popitem(last=False)
        if now_s - heard.since_s > FLOOD_S:
            heard.since_s, heard.count = now_s, 0
        heard.count += 1
        heard.echoes = heard.echoes + 1 if text == heard.text else 1
        heard.text = text
        if heard.count > SUSPECT or heard.echoes >= SUSPECT_ECHOES:
            heard.suspect_until_s = now_s + PAUSES_S[-1] + PEACE_S
        return now_s < heard.suspect_until_s
