"""The fences of operators' changes of sessions: in their organization alone, and nothing is lost or answered twice."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from botflow.engine import arrival
from botflow.engine import handoffs as engine_handoffs
from botflow.engine.moves import move
from botflow.runtime.process.worker import WorkerOptions
from botflow.runtime.turns.receive import Receiver
from botflow.service.sessions.handoff_changes import HandoffChanges
from botflow.storage.database import open_database
from botflow.storage.delivery import claim_due, held
from botflow.storage.runs import handoffs
from botflow.storage.runs.changes import session_locks
from botflow.storage.service.sessions import handoff_pages, message_pages, session_changes, session_pages, session_walk
from tests.engine import test_handoff_interleavings
from tests.faults.mutation import Fence, Promise
from tests.nodes.logic import test_handoff
from tests.storage.delivery import test_held
from tests.storage.runs.changes import test_session_locks
from tests.web.api import (
    test_handoff_node,
    test_handoffs,
    test_handoffs_on_phones,
    test_outbounds,
    test_session_changes,
    test_sessions,
)
from tests.web.api.test_session_changes import WAITING
from tests.web.site import ORDER, Site, open_site


def served(promise: Callable[[Site], Awaitable[None]], flows: Sequence[str] = (ORDER, WAITING)) -> Promise:
    """Return the promise's test with a site of its own."""

    async def on(database_url: str) -> None:
        is_sending = promise.__module__ not in (test_outbounds.__name__, test_handoffs_on_phones.__name__)
        async with open_site(database_url, flows=flows, worker=WorkerOptions() if is_sending else None) as site:
            await promise(site)

    on.__name__ = promise.__name__
    return on


async def without_a_circle(postgres_url: str) -> None:
    opened = await open_database(postgres_url, migrate=False)
    try:
        await circle(opened, postgres_url)
    finally:
        await opened.close()


circle = (
    test_session_locks.test_a_message_that_comes_while_an_edit_waits_for_its_session_is_locked_before_the_edit_writes
)
MINE = "workflows.c.organization_id == organization"
silent = served(
    test_handoff_node.test_a_handoff_is_listed_claimed_written_in_and_returned_while_the_bot_is_silent,
    (test_handoff_node.DESK,),
)
timer = served(test_handoffs.test_a_timer_waits_while_a_person_has_the_conversation)
foreign = served(test_sessions.test_another_organization_has_no_such_session, (ORDER,))
held_elsewhere = served(test_outbounds.test_another_organization_neither_sees_nor_decides_what_is_held)
left = test_handoffs.test_messages_that_wait_are_left_to_the_person_at_once
old_copy = test_handoffs.test_a_message_whose_sender_read_an_old_copy_is_left_to_the_person
interleaved = test_handoff_interleavings.test_the_bot_is_silent_in_every_interleaving
stale = test_handoff.test_an_alarm_that_has_gone_off_before_the_claim_is_stale
one_wins = served(test_handoff_node.test_of_claims_at_the_same_moment_one_wins, (test_handoff_node.DESK,))
in_time = served(
    test_handoff_node.test_without_a_claim_the_time_runs_out_and_with_one_it_does_not, (test_handoff_node.DESK,)
)
elsewhere = served(test_handoff_node.test_another_organizations_handoff_is_like_none, (test_handoff_node.DESK,))

FENCES_OF_SESSIONS = (
    Fence(arrival.arrive, "session.handoff is not None", "False", silent),
    Fence(arrival.arrive, "session.handoff is not None", "False", interleaved),
    Fence(engine_handoffs.claimed, "replace(_with_new_token(session)", "replace(session", stale),
    Fence(move.move_session, 'move.action == "restart" and session.handoff is not None', "False", interleaved),
    Fence(HandoffChanges.claim, "has_it and not is_repeated", "False", one_wins),
    Fence(HandoffChanges._open, "handoff is None or handoff.version != version", "False", in_time),
    Fence(handoff_pages._handoffs, ".where(handoffs.c.organization_id == organization)", "", elsewhere, on="sqlite"),
    Fence(
        Receiver._accept, "not accepted.is_ours and await self._is_for_a_person(stored, accepted)", "False", old_copy
    ),
    Fence(handoffs.hand_off, "paused=True", "paused=False", timer),
    Fence(handoffs.hand_off, "_finish_messages(connection, locked)", "pass", left),
    Fence(handoffs._finish, "connection.execute(finished.values", "(finished.values", left),
    Fence(handoffs.give_back, "now(after_s) if after_s is not None else None", "sessions.c.wake_at", timer),
    Fence(
        session_changes.end_conversation,
        "_end_first_turn(connection, locked.id)",
        "pass",
        test_session_changes.test_a_turn_under_way_ends_with_its_conversation,
    ),
    Fence(
        claim_due.due_parts,
        'or_(~sessions.c.paused, sessions.c.state["handoff"].as_string().is_not(None))',
        "~sessions.c.paused",
        served(test_handoffs_on_phones.test_a_persons_message_leaves_by_the_outbox_after_what_the_bot_has_said),
    ),
    Fence(session_locks.lock_with_queue, ".with_for_update(skip_locked=True)", "", without_a_circle, on="postgres"),
    Fence(session_changes.lock_session_of, f", {MINE}", "", foreign),
    Fence(session_pages._sessions, f".where({MINE})", "", foreign),
    Fence(message_pages.list_in_state, f"{MINE}, ", "", held_elsewhere),
    Fence(message_pages.get_message, f"{MINE}, ", "", held_elsewhere),
    Fence(session_walk._sessions, f".where({MINE})", "", held_elsewhere),
    Fence(
        held._decide, f".where({MINE})", "", test_held.test_another_organizations_part_is_neither_released_nor_dropped
    ),
)
