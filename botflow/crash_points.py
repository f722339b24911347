"""The named moments at which a process may die. Tests enumerate them and kill the process at each.

A moment is a Python audit event (`sys.audit`), almost free without a listener; tests listen with `sys.addaudithook`.
"""

from __future__ import annotations

import sys
from typing import Literal, get_args

Point = Literal[
    "turn.first_step",  # a turn that asks nothing is computed, nothing is written
    "turn.committed_at_once",  # it is durable, the request has not been answered
    "accept.before",  # nothing of an accepted inbound is written
    "accept.stored",  # the inbound is durable and leased, its turn has not continued
    "turn.begun",  # an attempt is counted, no ask has been performed
    "turn.asked",  # an ask is answered, the answer is not journalled
    "turn.kept",  # the answer is durable
    "turn.computed",  # a leased turn is computed, not committed
    "turn.committed",  # a leased turn is durable, no listener has been woken
    "contact.written",  # a turn and what it changes of its person are written, not committed
    "timer.computed",  # a timeout's turn is computed, nothing is written
    "timer.committed",  # it is durable, no listener has been woken
    "burst.gathered",  # a burst is complete, nothing about it is written
    "burst.merged",  # its messages have joined the first one, no ask has been performed
    "burst.superseded",  # a newer message cancelled an answer, and is not part of the turn yet
    "reply.claimed",  # a request owns the parts of its reply
    "send.claimed",  # the sender owns a part, nothing has been sent
    "send.accepted",  # the provider has the message, our row does not say so yet
    "effects.claimed",  # a carrier has effects, none is carried out
    "effects.carried",  # an effect is carried out
    "campaign.looked",  # it is known with whom a campaign starts conversations, nothing is written
    "campaign.noted",  # the row of a start is written, its conversation is not
    "campaign.written",  # both are written, not committed
    "campaign.started",  # a conversation is durable, the look does not say so yet
    "event.sent",  # a webhook or observer has an event, our row does not say so yet
    "publication.begun",  # a version is published by plan, no session has moved
    "publication.computed",  # it is decided where some sessions move, nothing is written
    "publication.moved",  # some sessions have moved, others have not
    "erasure.stepped",  # a step of an erasure is durable, its copies in memory are not dropped
    "publication.returned",  # some moved sessions have returned, others have not
    "identity.written",  # a visitor's conversation has become that of a person who signs in, not committed
    "identity.signed_in",  # it is durable, the browser has no token of the person yet
    "change.written",  # a change and its entry in the audit log are written, not committed
    "change.committed",  # a change is durable, its caller has not been answered
]
POINTS: tuple[Point, ...] = get_args(Point)
EVENT = "botflow.point"


def reach(point: Point) -> None:
    """Tell listeners that the process has come to `point`."""
    sys.audit(EVENT, point)
