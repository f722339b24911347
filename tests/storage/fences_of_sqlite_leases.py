"""What each clause of the statements of leases and timers on SQLite is good for: twins of those on Postgres."""

from __future__ import annotations

from functools import partial

from botflow.storage.turns import sqlite_leases
from tests.storage.statement_fence import Fence
from tests.storage.turns import test_claim as claim
from tests.storage.turns import test_finish as finish
from tests.storage.turns import test_finish_runs as runs
from tests.storage.turns import test_leases as leases
from tests.storage.turns import test_timers as timers

CLAIM = partial(Fence, sqlite_leases, "CLAIM")
TAKE = partial(Fence, sqlite_leases, "TAKE")
GIVE_BACK = partial(Fence, sqlite_leases, "GIVE_BACK")
DUE = partial(Fence, sqlite_leases, "DUE")
LOOK = partial(Fence, sqlite_leases, "LOOK")

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
    CLAIM(
        "AND coalesce(v.flow_version, h.flow_version) NOT IN (SELECT value FROM json_each(:without))",
        "AND :without <> ''",
        claim.test_what_cannot_run_here_takes_up_nobody_elses_room,
    ),
    CLAIM(
        "coalesce(v.flow_version, h.flow_version)",
        "h.flow_version",
        claim.test_what_would_run_on_a_version_that_does_not_compile_here_is_left_to_others,
    ),
    GIVE_BACK("attempt = attempt - 1,", "", claim.test_a_lease_that_is_given_back_was_never_begun),
    GIVE_BACK("AND attempt = :attempt", "AND :attempt > 0", claim.test_a_lease_that_is_given_back_was_never_begun),
    GIVE_BACK("AND owner = :owner", "AND :owner <> ''", claim.test_a_lease_that_is_given_back_was_never_begun),
    GIVE_BACK("AND state = 'new'", "", claim.test_a_lease_of_a_finished_turn_is_not_given_back),
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
    LOOK("|| ':' || workflows.status", "", leases.test_the_look_tells_when_other_versions_are_served),
)

SQLITE_LEASE_FENCES = (*LEASING, *LOOKING)
