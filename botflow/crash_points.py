"""The named moments at which a process may die. Tests enumerate them and kill the process at each.

Production passes `unobserved`, which does nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, get_args

Point = Literal[
    "fast.computed",  # the turn is computed, nothing is written
    "fast.committed",  # the turn is durable, the request has not been answered
    "queue.before",  # nothing of a queued inbound is written
    "queue.stored",  # the inbound is durable and its job deferred
    "advance.begun",  # an attempt is counted, nothing has been asked
    "advance.asked",  # the world has answered, the answer is not journalled
    "advance.journalled",  # the answer is durable
    "advance.computed",  # a queued turn is computed, not committed
    "advance.committed",  # a queued turn is durable, nobody has been woken
    "burst.gathered",  # a burst is complete, nothing of that is written
    "burst.merged",  # its messages have joined the first one, nothing has been asked
    "burst.superseded",  # a newer message cancelled an answer, and is not part of the turn yet
    "reply.claimed",  # a request owns the parts it will answer with
    "send.claimed",  # the sender owns a part, nothing has been sent
    "send.accepted",  # the provider has the message, our row does not say so yet
    "effects.claimed",  # a carrier has effects, none is carried out
    "effects.carried",  # an effect is carried out, its job has not ended
]
POINTS: tuple[Point, ...] = get_args(Point)
Reach = Callable[[Point], None]


def unobserved(point: Point) -> None:
    """Do nothing at `point`."""
