"""Receiving inbounds, and replying to the requests that brought them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from botflow.runtime.assembly.base import Base
from botflow.runtime.assembly.delivery import Delivery
from botflow.runtime.assembly.turns import Turns
from botflow.runtime.turns.receive import Receiver
from botflow.runtime.turns.replies import Replies
from botflow.storage.runs.handoffs import leave_messages_to_person


def receiver_of(base: Base, delivery: Delivery, turns: Turns, check_queue: Callable[[], Awaitable[None]]) -> Receiver:
    replies = Replies(
        turns=base.database.turns,
        outbox=base.database.outbox,
        hub=base.hub,
        sessions=turns.sessions,
        clock=base.clock,
        poll_s=base.options.timing.poll_s,
        consent=delivery.consent,
        bursts=turns.bursts,
    )
    return Receiver(
        owner=base.owner,
        turns=base.database.turns,
        hot=turns.hot,
        flows=base.flows,
        hub=base.hub,
        sessions=turns.sessions,
        node_types=base.node_types,
        channels=base.channels,
        clock=base.clock,
        consent=delivery.consent,
        contacts=turns.contacts,
        replies=replies,
        on_committed=turns.on_committed,
        leave_to_person=lambda session: base.database.engine.write(leave_messages_to_person, session),
        check_queue=check_queue,
        tracing=base.tracing,
    )
