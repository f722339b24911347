"""Which of the inbounds that a fork of a conversation plays comes next, and how its flow hears it.

Tokens name a wait, and a fork's waits are its own. So a timeout or a delivery that is played is for the wait at hand.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from botflow.engine.inbound import Inbound
from botflow.engine.session import Wait

PLAYED = ("message", "timeout", "delivery")  # kinds; children report by themselves, and triggers begin executions


class Next(NamedTuple):
    """The inbound to play next, by its place in the list, and the places of those that nothing waits for any more."""

    place: int
    inbound: Inbound
    passed: tuple[int, ...]


def next_to_play(inbounds: Sequence[Inbound], wait: Wait) -> Next | None:
    """Return the first one that the wait takes; None without one. A message waits until the flow takes messages; a
    timeout or a delivery before the one that is taken is passed over when nothing waits for it."""
    passed: list[int] = []
    for place, inbound in enumerate(inbounds):
        match inbound.kind:
            case "message" if "message" in wait.accepts:
                return Next(place, inbound, tuple(passed))
            case "timeout" if wait.alarms or wait.until:
                return Next(place, replace(inbound, token=wait.token), tuple(passed))
            case "delivery" if "delivery" in wait.accepts:
                return Next(place, replace(inbound, token=wait.group), tuple(passed))
            case "returned" if "returned" in wait.accepts:
                return Next(place, replace(inbound, token=wait.token), tuple(passed))
            case "message":
                continue
            case _:
                passed.append(place)
    return None
