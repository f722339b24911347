"""What each clause of the hot statements on SQLite is good for: twins of those on Postgres."""

from __future__ import annotations

from functools import partial

from botflow.storage.turns import sqlite, sqlite_leases, sqlite_runs
from tests.storage.delivery import test_outbox as outbox
from tests.storage.statement_fence import Fence
from tests.storage.turns import test_accept as accept
from tests.storage.turns import test_bursts as bursts
from tests.storage.turns import test_claim as claim
from tests.storage.turns import test_finish as finish
from tests.storage.turns import test_finish_runs as runs
from tests.storage.turns import test_keep as keep
from tests.storage.turns import test_leases as leases
from tests.storage.turns import test_sessions as sessions
from tests.storage.turns import test_timers as timers

COMMIT = partial(Fence, sqlite, "COMMIT")
ACCEPT = partial(Fence, sqlite, "ACCEPT")
ACCEPT_LEASE = partial(Fence, sqlite, "ACCEPT_LEASE")
FINISH = partial(Fence, sqlite, "FINISH")
TAKE_NEXT = partial(Fence, sqlite, "TAKE_NEXT")
CLAIM = partial(Fence, sqlite_leases, "CLAIM")
TAKE = partial(Fence, sqlite_leases, "TAKE")
DUE = partial(Fence, sqlite_leases, "DUE")
LOOK = partial(Fence, sqlite_leases, "LOOK")

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
        "OR b.content -> '$.consent' IS NOT NULL",
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
        "AND content -> '$.consent' IS NULL",
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

LEASING = (
    Fence(
        sqlite_leases,
        "OWN",
        "AND owner = :owner",
        "AND :owner <> ''",
        leases.test_a_lease_that_its_process_does_not_know_of_is_named,
    ),
    Fence(
        sqlite_leases,
        "OWN",
        "state = 'new' AND",
        "",
        leases.test_a_lease_whose_turn_is_finished_or_cancelled_is_lost,
    ),
    CLAIM("AND NOT s.paused", "", claim.test_paused_sessions_take_up_nobody_elses_room),
    CLAIM(
        "o.owner IS NOT NULL OR",
        "",
        claim.test_messages_behind_a_timeout_that_another_process_runs_take_up_nobody_elses_room,
    ),
    CLAIM("o.priority > w.priority OR", "", claim.test_a_session_with_a_timer_and_a_message_takes_up_one_place),
    CLAIM(
        "OR (o.priority = w.priority AND o.seq < w.seq)",
        "",
        claim.test_somebody_who_writes_much_takes_up_nobody_elses_room,
    ),
    CLAIM(
        "(v.channel <> 'run' AND :turns)",
        "(v.channel <> 'run')",
        claim.test_a_process_claims_only_from_the_queues_that_it_takes,
    ),
    CLAIM("w.priority DESC,", "", claim.test_what_has_priority_is_claimed_before_what_is_older),
    CLAIM(", w.received_at LIMIT", ", w.received_at DESC LIMIT", claim.test_the_oldest_is_claimed_first),
    CLAIM("LIMIT :limit", "LIMIT :limit + 1", claim.test_no_more_are_claimed_than_there_is_room_for),
    CLAIM(
        "AND (h.attempt >= 2) = :suspects",
        "AND :suspects IS NOT NULL",
        claim.test_sessions_that_wait_for_a_suspect_take_up_nobody_elses_room,
    ),
    TAKE("attempt = i.attempt + 1,", "attempt = i.attempt,", claim.test_a_claimed_inbound_is_begun_for_its_process),
    TAKE(
        "AND o.owner <> :owner)",
        "AND false)",
        claim.test_an_early_message_waits_while_another_process_runs_the_sessions_timeout,
    ),
    TAKE("OR i.owner = :held_by", "OR :held_by = ''", claim.test_a_process_may_begin_its_own_inbound_again),
    TAKE(
        "AND (:any OR (i.attempt >= 2) = :suspects)",
        "AND (:any OR :suspects IS NOT NULL)",
        claim.test_what_died_twice_is_taken_only_as_a_suspect,
    ),
    TAKE(
        "b.kind = 'timeout' AND EXISTS",
        "false AND EXISTS",
        finish.test_a_message_received_before_a_timeout_was_due_goes_before_it,
    ),
    TAKE(
        "AND julianday(m.received_at) < julianday(b.content ->> '$.due')",
        "",
        finish.test_a_message_received_after_a_timeout_was_due_comes_after_it,
    ),
    TAKE("b.kind <> 'resume'", "b.kind <> ''", runs.test_a_stretch_that_waits_goes_before_whatever_else_came),
    TAKE("AND NOT s.paused", "", claim.test_a_paused_session_is_left_alone_until_it_goes_on),
    Fence(sqlite_leases, "RAN", "SET status = 'running'", "SET status = status", runs.test_a_claimed_run_is_running),
    Fence(
        sqlite_leases,
        "LET_GO",
        "AND owner = :owner",
        "AND :owner <> ''",
        leases.test_a_process_gives_back_only_what_it_holds,
    ),
    Fence(sqlite_leases, "LET_GO", "AND state = 'new'", "", leases.test_a_process_gives_back_only_what_it_holds),
    Fence(
        sqlite_leases,
        "RELEASE",
        "attempt = attempt - 1,",
        "",
        leases.test_a_process_that_stops_gives_back_everything_and_its_attempts_do_not_count,
    ),
    Fence(
        sqlite_leases,
        "RELEASE",
        "AND owner = :owner",
        "AND :owner <> ''",
        leases.test_a_process_that_stops_gives_back_everything_and_its_attempts_do_not_count,
    ),
    Fence(sqlite_leases, "RELEASE", "state = 'new' AND", "", leases.test_a_stop_leaves_what_is_finished_alone),
    Fence(
        sqlite_leases,
        "FORGET",
        "WHERE id = :owner",
        "WHERE id = '' AND :owner <> ''",
        leases.test_a_process_that_has_stopped_is_nobody_that_died,
    ),
    Fence(
        sqlite_leases,
        "OPEN",
        "AND NOT s.paused",
        "",
        leases.test_what_its_session_does_not_take_or_a_pause_holds_stays_where_it_is,
    ),
    Fence(
        sqlite_leases,
        "OPEN",
        "s.state -> '$.wait.accepts' IS NULL",
        "true",
        leases.test_what_its_session_does_not_take_or_a_pause_holds_stays_where_it_is,
    ),
    Fence(
        sqlite_leases,
        "OPEN",
        "SET priority = 10",
        "SET priority = NULL",
        leases.test_what_waits_behind_it_can_be_claimed_as_well,
    ),
    Fence(
        sqlite_leases,
        "OPEN",
        "AND i.priority IS NULL",
        "",
        leases.test_a_recovery_leaves_the_priority_of_what_waits_alone,
    ),
)

LOOKING = (
    DUE("s.wake_at <= :now", "s.wake_at IS NOT NULL AND :now <> ''", timers.test_a_wait_that_is_not_due_is_not_found),
    DUE("AND NOT s.paused", "", timers.test_a_paused_session_has_no_timer),
    DUE("w.status <> 'active'", "false", timers.test_a_workflow_out_of_service_has_no_timers),
    DUE("AND o.owner IS NOT NULL", "AND false", timers.test_a_session_that_is_run_is_left_alone),
    DUE(
        "ORDER BY s.wake_at",
        "ORDER BY s.wake_at DESC",
        timers.test_the_longest_overdue_come_first_and_no_more_than_asked_for,
    ),
    DUE(
        "LIMIT :limit",
        "LIMIT :limit + 1",
        timers.test_the_longest_overdue_come_first_and_no_more_than_asked_for,
    ),
    LOOK("wake_at <= :now", "true", leases.test_a_due_wait_is_seen_unless_its_session_is_paused),
    LOOK("AND NOT paused", "", leases.test_a_due_wait_is_seen_unless_its_session_is_paused),
    LOOK("AND owner IS NULL", "", leases.test_what_can_be_claimed_is_seen),
    LOOK("AND priority IS NOT NULL", "", leases.test_what_its_session_does_not_take_is_not_seen),
    LOOK("AND attempt >= 2", "", leases.test_a_suspect_is_seen),
    LOOK("due_at <= :now", "true", partial(leases.test_a_due_effect_is_seen, due_in_s=60.0, is_seen=False)),
    LOOK("next_at <= :now", "true", partial(leases.test_a_due_schedule_is_seen, due_in_s=60.0, is_seen=False)),
    LOOK("coalesce(active_version, '')", "''", leases.test_the_look_tells_when_other_versions_are_served),
    LOOK("|| ':' || status", "", leases.test_the_look_tells_when_other_versions_are_served),
)

SQLITE_FENCES = (*COMMITTING, *ACCEPTING, *KEEPING, *FINISHING, *FOLLOWING, *LEASING, *LOOKING)
