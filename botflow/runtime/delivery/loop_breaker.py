"""The loop breaker: two robots that answer each other must not go on until the money is gone.

Nobody's thumbs write more than thirty messages within a minute (`FLOOD`): a phone's autoresponder, with two or three
seconds for each round, comes close to that. Slower robots say the same again and again: five times the same message
within ten minutes, each answered by nothing but the same words (`ECHOES`), is no conversation either; a person who
presses "1" in different menus, or answers five questions with "5", gets different answers, and photos without words are
no echo. Then the answers stop for a minute; whoever is still at it afterwards waits five minutes, half an hour, two
hours. An hour of peace begins anew. Only answers are suppressed: every message is stored and has its turn, and after
the pause a person is heard as before, for what came during it is not held against them.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import timedelta

from botflow.records.sessions import SessionKey
from botflow.storage.delivery.gate_facts import Exchange, LoopReason, PartFacts, Pause

FLOOD = 30  # messages within FLOOD_S that are still believed to be a person's
FLOOD_S = 60.0
ECHOES = 5
ECHO_S = 600.0
PAUSES_S = (60.0, 300.0, 1800.0, 7200.0)
PEACE_S = 3600.0  # after the end of a pause

REPLIES_SEEN = 3 * ECHOES  # an answer may have several parts

# When this process looks closer: a part of the above, since others may see the rest.
SUSPECT = 8
SUSPECT_ECHOES = 3
KEPT = 20_000


def circling(facts: PartFacts, text: str) -> Pause | None:
    """Return the pause that the answer `text` falls into, because it belongs to an exchange going round in circles."""
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
    """What this process heard of one person lately."""

    since_s: float
    count: int = 0
    text: str = ""
    echoes: int = 0
    suspect_until_s: float = 0.0


@dataclass(slots=True)
class Suspects:
    """Whose turns do not go the fast way, because their answers must be looked at before they leave.

    This is this process's memory and only says where to look; what is found out stands in the database.
    """

    _heard: OrderedDict[SessionKey, _Heard] = field(default_factory=OrderedDict)

    def hears(self, key: SessionKey, text: str, now_s: float) -> bool:
        """Take note of a message; say whether its answer must be looked at."""
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
