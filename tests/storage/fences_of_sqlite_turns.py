"""What each clause of the statements of turns on SQLite is good for: twins of those on Postgres."""

from __future__ import annotations

from functools import partial

from botflow.storage.turns import sqlite, sqlite_runs
from tests.storage.delivery import test_outbox as outbox
from tests.storage.statement_fence import Fence
from tests.storage.turns import test_accept as accept
from tests.storage.turns import test_bursts as bursts
from tests.storage.turns import test_finish as finish
from tests.storage.turns import test_finish_runs as runs
from tests.storage.turns import test_keep as keep
from tests.storage.turns import test_sessions as sessions
from tests.storage.turns import test_timers as timers

COMMIT = partial(Fence, sqlite, "COMMIT")
ACCEPT = partial(Fence, sqlite, "ACCEPT")
ACCEPT_LEASE = partial(Fence, sqlite, "ACCEPT_LEASE")
FINISH = partial(Fence, sqlite, "FINISH")
TAKE_NEXT = partial(Fence, sqlite, "TAKE_NEXT")

COMMITTING = (
    COMMIT("AND s.version = :version", "", sessions.test_a_turn_on_a_stale_version_loses),
    COMMIT(
        "AND NOT (:by_token AND s.token_revoked)",
        "",
        sessions.test_a_turn_by_a_token_that_was_revoked_after_the_read_loses,
    ),
    COMMIT("AND s.done_seq = s.last_seq", "", sessions.test_a_turn_never_overtakes_what_is_queued),
    COMMIT("AND b.key = :key", "AND false", sessions.test_a_repeated_inbound_changes_nothing),
    COMMIT(
        "NOT :hands_over OR",
        "true OR",
        partial(
            sessions.test_a_turn_that_answers_with_its_parts_loses_while_earlier_ones_are_still_to_be_sent,
            state="ready",
        ),
    ),
    COMMIT(
        "AND o.body ->> '$.to' IS NULL",
        "",
        sessions.test_what_is_to_be_sent_to_somebody_else_keeps_no_turn_from_answering,
    ),
    COMMIT(
        "WHEN :status = 'ignored' OR :keeps THEN s.wake_at",
        "",
        timers.test_an_ignored_inbound_does_not_put_the_deadline_off,
    ),
    COMMIT("WHEN :parked THEN NULL", "WHEN false THEN NULL", timers.test_a_turn_that_parks_ends_the_deadline),
    Fence(
        sqlite,
        "COMMIT_NEW",
        "ON CONFLICT (workflow_id, channel, external_id) DO NOTHING",
        "",
        sessions.test_a_new_session_is_created_once,
    ),
)

ACCEPTING = (
    ACCEPT(
        "AND NOT (:by_token AND sessions.token_revoked)",
        "",
        accept.test_what_comes_by_a_revoked_token_is_not_stored,
    ),
    ACCEPT("AND b.key = :key", "AND false", accept.test_a_repeated_inbound_gets_its_receipt_and_no_second_place),
    ACCEPT(
        "SET last_seq = last_seq + 1",
        "SET last_seq = last_seq + 1, parked = excluded.parked",
        accept.test_an_inbound_of_somebody_who_has_stopped_makes_a_parked_session,
    ),
    ACCEPT_LEASE(
        "s.done_seq = s.last_seq - 1",
        "true",
        accept.test_what_comes_while_the_session_is_run_waits_and_has_no_owner,
    ),
    ACCEPT_LEASE("NOT s.paused AND", "", accept.test_a_paused_session_keeps_what_comes_and_nobody_can_claim_it),
    ACCEPT_LEASE('"message"', '"timeout"', accept.test_a_session_that_waits_for_messages_too_takes_them),
    ACCEPT_LEASE(
        "s.state -> '$.wait.accepts' IS NULL",
        "true",
        accept.test_a_session_that_waits_for_something_else_keeps_a_message_until_it_takes_one,
    ),
    ACCEPT_LEASE(
        "OR s.state -> '$.wait.accepts' IS NULL",
        "",
        accept.test_an_idle_session_leases_its_next_inbound_to_who_accepts_it,
    ),
    ACCEPT_LEASE("b.kind <> 'message' OR", "", accept.test_what_is_no_message_is_taken_whatever_the_session_waits_for),
    ACCEPT_LEASE("s.parked OR", "", accept.test_a_parked_session_takes_messages_whatever_it_waits_for),
    ACCEPT_LEASE(
        " OR coalesce(b.content ->> '$.consent', 'start_if_stopped') <> 'start_if_stopped'",
        "",
        accept.test_a_message_about_being_written_to_is_taken_whatever_the_session_waits_for,
    ),
    ACCEPT_LEASE(
        "CASE WHEN t.is_taken THEN 10 END",
        "10",
        accept.test_a_session_that_waits_for_something_else_keeps_a_message_until_it_takes_one,
    ),
    ACCEPT_LEASE(
        "attempt = t.is_taken AND t.is_idle AND :owner IS NOT NULL",
        "attempt = 0",
        accept.test_the_first_inbound_of_an_unknown_person_makes_the_session_and_is_ours,
    ),
    ACCEPT_LEASE("AND :owner IS NOT NULL", "", accept.test_who_takes_no_turns_stores_the_inbound_for_others_to_claim),
    Fence(
        sqlite,
        "WAIT_ALIKE",
        "OR reply_by < :reply_by",
        "",
        outbox.test_the_newest_waiting_request_may_answer_longest,
    ),
    Fence(
        sqlite,
        "WAIT_ALIKE",
        "AND (reply_by IS NULL OR reply_by < :reply_by)",
        "",
        accept.test_the_newest_duplicate_that_waits_may_be_answered_longest,
    ),
)

KEEPING = (
    Fence(
        sqlite,
        "IS_HELD",
        "AND attempt = :attempt",
        "",
        keep.test_an_attempt_that_another_process_has_taken_over_journals_nothing,
    ),
    Fence(sqlite, "IS_HELD", "AND state = 'new'", "", keep.test_no_answer_is_journalled_after_the_turn),
    Fence(
        sqlite,
        "KEEP",
        "fingerprint = excluded.fingerprint, ",
        "",
        keep.test_a_later_attempt_finds_the_answers_and_replaces_those_that_no_longer_fit,
    ),
)

FINISHING = (
    Fence(
        sqlite,
        "IS_HELD",
        "AND attempt = :attempt",
        "",
        finish.test_an_attempt_that_another_process_has_taken_over_finishes_nothing,
    ),
    Fence(sqlite, "IS_HELD", "AND state = 'new'", "", finish.test_a_done_inbound_is_not_finished_twice),
    FINISH("AND s.version = :version", "", finish.test_a_turn_on_a_session_that_moved_is_not_finished),
    FINISH(
        "SELECT min(n.seq) - 1",
        "SELECT max(NULL, n.seq)",
        finish.test_finishing_leaves_what_came_meanwhile_unfinished,
    ),
    FINISH("AND n.seq <> :seq", "", finish.test_a_finished_turn_is_committed_whole),
    FINISH("AND n.merged_into IS NOT :seq", "", bursts.test_merged_inbounds_are_finished_by_the_turn_of_their_lead),
    FINISH(
        "WHEN :status = 'ignored' OR :keeps THEN s.wake_at",
        "",
        timers.test_an_ignored_inbound_that_was_leased_does_not_put_the_deadline_off,
    ),
    FINISH("WHEN :parked THEN NULL", "WHEN false THEN NULL", timers.test_a_leased_turn_that_parks_ends_the_deadline),
    Fence(
        sqlite,
        "SETTLE",
        "OR merged_into = :seq",
        "",
        bursts.test_merged_inbounds_are_finished_by_the_turn_of_their_lead,
    ),
    Fence(
        sqlite,
        "SETTLE",
        "state = :outcome",
        "state = iif(:outcome = '', '', 'done')",
        partial(finish.test_an_inbound_that_is_given_up_lets_the_next_one_go_on, outcome="dead"),
    ),
    Fence(
        sqlite,
        "SHUT",
        "WHERE",
        "WHERE false AND",
        finish.test_a_message_that_the_turn_leaves_waiting_cannot_be_claimed,
    ),
    Fence(
        sqlite,
        "SHUT",
        "AND kind = 'message'",
        "",
        finish.test_a_message_that_the_turn_leaves_waiting_cannot_be_claimed,
    ),
    Fence(
        sqlite,
        "SHUT",
        "AND NOT coalesce(i.content ->> '$.consent', 'start_if_stopped') <> 'start_if_stopped'",
        "",
        finish.test_a_message_that_the_turn_leaves_waiting_cannot_be_claimed,
    ),
    TAKE_NEXT(
        "s.state -> '$.wait.accepts' IS NULL",
        "true",
        finish.test_a_message_that_the_turn_leaves_waiting_is_not_taken_along,
    ),
    TAKE_NEXT("s.parked OR", "", finish.test_a_turn_that_parks_the_session_takes_along_whatever_waits),
    TAKE_NEXT(
        "b.kind = 'timeout' AND EXISTS",
        "false AND EXISTS",
        finish.test_a_timeout_goes_between_the_messages_from_before_and_after_it_was_due,
    ),
    TAKE_NEXT(
        "AND julianday(m.received_at) < julianday(b.content ->> '$.due')",
        "",
        finish.test_a_timeout_goes_between_the_messages_from_before_and_after_it_was_due,
    ),
    TAKE_NEXT(
        "b.seq LIMIT 1",
        "b.seq DESC LIMIT 1",
        finish.test_one_process_serves_a_session_in_order_until_nothing_is_left,
    ),
    TAKE_NEXT(
        "(:owner IS NOT NULL)",
        "1",
        finish.test_a_process_that_stops_leaves_the_next_inbound_to_be_claimed,
    ),
    TAKE_NEXT(
        "coalesce(i.priority, 10)",
        "i.priority",
        finish.test_a_process_that_stops_leaves_what_its_turn_lets_in_to_be_claimed,
    ),
    TAKE_NEXT("AND i.attempt < 2", "", finish.test_an_inbound_that_died_twice_is_not_taken_along),
)

FOLLOWING = (
    TAKE_NEXT("b.kind <> 'resume'", "b.kind <> ''", runs.test_a_run_goes_on_before_whatever_else_came),
    Fence(
        sqlite_runs,
        "INSERT_RESUME",
        "coalesce(b.priority, 0)",
        "0",
        runs.test_a_process_that_stops_leaves_the_next_stretch_to_be_claimed_at_the_runs_priority,
    ),
    Fence(sqlite_runs, "DROP_CHECKPOINTS", "OFFSET 99", "OFFSET 98", runs.test_a_run_keeps_its_newest_checkpoints),
    Fence(
        sqlite_runs,
        "DROP_CHECKPOINTS",
        "WHERE session_id = :session AND version <",
        "WHERE false AND session_id = :session AND version <",
        runs.test_a_run_keeps_its_newest_checkpoints,
    ),
)

SQLITE_TURN_FENCES = (*COMMITTING, *ACCEPTING, *KEEPING, *FINISHING, *FOLLOWING)
