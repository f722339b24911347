"""The fences of bursts, and the promise that breaks without each."""

from __future__ import annotations

from botflow.runtime.turns.advance import Advance
from botflow.runtime.turns.bursts import Bursts
from botflow.runtime.turns.receive import Conversation
from botflow.storage.turns import postgres_inbox, sqlite_inbox
from botflow.storage.turns.bursts import BurstRows
from tests.faults.mutation import Fence, Statement
from tests.runtime.turns import test_bursts as runs
from tests.storage.turns import test_bursts as stores

together = stores.test_merged_inbounds_are_finished_by_the_turn_of_their_lead

FENCES_OF_BURSTS = (
    Fence(Statement(postgres_inbox, "FINISH"), " OR b.merged_into = done.seq", "", together, on="postgres"),
    Fence(
        Statement(postgres_inbox, "FINISH"),
        "AND n.merged_into IS DISTINCT FROM held.seq",
        "",
        together,
        on="postgres",
    ),
    Fence(Statement(sqlite_inbox, "SETTLE"), " OR merged_into = :seq", "", together),
    Fence(Statement(sqlite_inbox, "FINISH"), "AND n.merged_into IS NOT :seq", "", together),
    Fence(
        BurstRows.merge,
        ", inbounds.c.attempt == attempt",
        "",
        stores.test_who_lost_the_attempt_merges_nothing,
    ),
    Fence(
        BurstRows.answering,
        "if (await connection.execute(newest)).scalar_one() == turn.seq else None",
        "",
        stores.test_the_request_of_the_newest_message_answers_and_no_other,
    ),
    Fence(
        Conversation._compute,
        "or holds_back(flow.policy, inbound)",
        "",
        runs.test_quick_messages_are_one_inbound_and_get_one_reply,
    ),
    Fence(
        Conversation._claim,
        "await self._bursts.answering(policy, receipt.id)",
        "receipt.id",
        runs.test_the_newest_messages_webhook_gets_the_reply_and_the_others_an_empty_one,
    ),
    Fence(
        Advance._drive,
        "if isinstance(ask, Invoke):",
        "if False:",
        runs.test_after_an_action_a_newer_message_is_a_turn_of_its_own,
    ),
    Fence(
        Advance._has_acted,
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
