"""The fences of bursts, and the promise that breaks without each."""

from __future__ import annotations

from botflow.runtime.turns.bursts import Bursts
from botflow.runtime.turns.receive import Receiver
from botflow.runtime.turns.replies import Replies
from botflow.runtime.turns.run import TurnRunner
from botflow.storage.turns import bursts as burst_rows
from tests.faults.mutation import Fence
from tests.runtime.turns import test_bursts as runs
from tests.storage.turns import test_bursts as stores

FENCES_OF_BURSTS = (
    Fence(
        burst_rows._merge,
        ", inbounds.c.attempt == attempt",
        "",
        stores.test_who_lost_the_attempt_merges_nothing,
    ),
    Fence(
        burst_rows.BurstRows.answering,
        "await self._engine.read(answering)",
        "",
        stores.test_the_request_of_the_newest_message_answers_and_no_other,
    ),
    Fence(
        Receiver._compute,
        "or holds_back(flow.policy, inbound)",
        "",
        runs.test_quick_messages_are_one_inbound_and_get_one_reply,
    ),
    Fence(
        Replies.claim,
        "await self._bursts.answering(policy, receipt.id)",
        "receipt.id",
        runs.test_the_newest_messages_webhook_gets_the_reply_and_the_others_an_empty_one,
    ),
    Fence(
        TurnRunner._drive,
        'policy = policy.model_copy(update={"bursts": "queue"})',
        "pass",
        runs.test_after_an_action_a_newer_message_is_a_turn_of_its_own,
    ),
    Fence(
        TurnRunner._has_acted,
        'entry.ask.get("ask") == "invoke"',
        "False",
        runs.test_an_action_before_a_crash_is_not_done_again_with_a_newer_message,
    ),
    Fence(
        Bursts.answer,
        "await self._outlive(queued, ask, call)",
        "call.cancel()",
        runs.test_a_newer_message_cancels_the_answer_and_both_are_answered,
    ),
    Fence(
        Bursts.replaced,
        "if queued.through:",
        "if False:",
        runs.test_a_call_that_was_journalled_before_the_newer_message_is_kept,
    ),
)
