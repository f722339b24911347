"""What each clause of BEAT, CLAIM, TAKE, LET_GO, RELEASE, RECOVER, DUE and LOOK is good for."""

from __future__ import annotations

from functools import partial

from botflow.storage.turns import postgres_leases
from tests.storage.engines import test_postgres as on_postgres
from tests.storage.statement_fence import Fence
from tests.storage.turns import test_claim as claim
from tests.storage.turns import test_finish as finish
from tests.storage.turns import test_finish_runs as runs
from tests.storage.turns import test_leases as leases
from tests.storage.turns import test_timers as timers

BEAT = partial(Fence, postgres_leases, "BEAT")
CLAIM = partial(Fence, postgres_leases, "CLAIM")
SUSPECTS = partial(Fence, postgres_leases, "CLAIM_SUSPECTS")
TAKE = partial(Fence, postgres_leases, "TAKE")
LET_GO = partial(Fence, postgres_leases, "LET_GO")
GIVE_BACK = partial(Fence, postgres_leases, "GIVE_BACK")
RELEASE = partial(Fence, postgres_leases, "RELEASE")
RECOVER = partial(Fence, postgres_leases, "RECOVER")
DUE = partial(Fence, postgres_leases, "DUE")
LOOK = partial(Fence, postgres_leases, "LOOK")

BEATING = (
    BEAT("b.state IS DISTINCT FROM 'new' OR", "", leases.test_a_lease_whose_turn_is_finished_or_cancelled_is_lost),
    BEAT("OR b.attempt <> m.attempt", "", leases.test_a_lease_that_another_process_has_begun_anew_is_lost),
    BEAT("LEFT JOIN", "JOIN", leases.test_a_lease_of_nothing_is_lost),
    BEAT("AND b.owner = %(owner)s", "", leases.test_a_lease_that_its_process_does_not_know_of_is_named),
    BEAT("WHERE b.state = 'new' AND b.owner", "WHERE b.owner", leases.test_many_leases_are_told_apart_in_one_beat),
    BEAT(
        "AND NOT EXISTS (SELECT FROM mine m WHERE m.session = b.session_id AND m.seq = b.seq)",
        "",
        leases.test_a_lease_that_its_process_does_not_know_of_is_named,
    ),
    BEAT(
        "DO UPDATE SET seen_at = now(), cannot_run = excluded.cannot_run",
        "DO NOTHING",
        leases.test_a_beat_brings_a_silent_process_back_to_life,
    ),
    BEAT(
        ", cannot_run = excluded.cannot_run",
        "",
        leases.test_processes_know_what_the_others_take_and_what_they_cannot_run,
    ),
    BEAT(
        "AND p.id <> %(owner)s)",
        ")",
        leases.test_processes_know_what_the_others_take_and_what_they_cannot_run,
    ),
    BEAT(
        "WHERE p.seen_at > now() - make_interval(secs => %(dead_after_s)s)",
        "WHERE %(dead_after_s)s > 0",
        leases.test_processes_know_what_the_others_take_and_what_they_cannot_run,
    ),
    BEAT(
        "p.queues LIKE '%%turns%%' AND",
        "",
        leases.test_processes_that_take_turns_know_how_many_they_are_and_their_place,
    ),
    BEAT(
        "AND p.id <> %(owner)s AND",
        "AND",
        leases.test_processes_that_take_turns_know_how_many_they_are_and_their_place,
    ),
    BEAT(
        "AND p.seen_at > now() - make_interval(secs => %(dead_after_s)s)",
        "AND %(dead_after_s)s > 0",
        leases.test_processes_that_take_turns_know_how_many_they_are_and_their_place,
    ),
    BEAT(
        "FILTER (WHERE p.id < %(owner)s)",
        "",
        leases.test_processes_that_take_turns_know_how_many_they_are_and_their_place,
    ),
)

CLAIMING = (
    CLAIM("AND NOT s.paused", "", claim.test_a_paused_session_is_left_alone_until_it_goes_on),
    CLAIM(
        "o.owner IS NOT NULL OR",
        "",
        claim.test_an_early_message_waits_while_another_process_runs_the_sessions_timeout,
    ),
    CLAIM("o.priority > b.priority OR", "", claim.test_a_session_with_a_timer_and_a_message_takes_up_one_place),
    CLAIM(
        "OR (o.priority = b.priority AND o.seq < b.seq)",
        "",
        claim.test_somebody_who_writes_much_takes_up_nobody_elses_room,
    ),
    CLAIM(
        "AND (s.channel = 'run') = ANY(%(runs)s::bool[])",
        "AND %(runs)s::bool[] IS NOT NULL",
        claim.test_a_process_claims_only_from_the_queues_that_it_takes,
    ),
    CLAIM("b.priority DESC,", "", claim.test_what_has_priority_is_claimed_before_what_is_older),
    CLAIM(", b.received_at LIMIT", ", b.received_at DESC LIMIT", claim.test_the_oldest_is_claimed_first),
    CLAIM("LIMIT %(limit)s", "LIMIT %(limit)s + 1", claim.test_no_more_are_claimed_than_there_is_room_for),
    CLAIM("AND h.attempt < 2", "", claim.test_sessions_that_wait_for_a_suspect_take_up_nobody_elses_room),
    CLAIM(
        "AND coalesce(s.flow_version, h.flow_version) <> ALL(%(without)s::int[])",
        "AND %(without)s::int[] IS NOT NULL",
        claim.test_what_cannot_run_here_takes_up_nobody_elses_room,
    ),
    CLAIM(
        "coalesce(s.flow_version, h.flow_version)",
        "h.flow_version",
        claim.test_what_would_run_on_a_version_that_does_not_compile_here_is_left_to_others,
    ),
    CLAIM("SKIP LOCKED", "", on_postgres.test_a_claim_waits_for_nothing_that_somebody_holds),
    CLAIM("attempt = b.attempt + 1,", "attempt = b.attempt,", claim.test_a_claimed_inbound_is_begun_for_its_process),
    CLAIM(
        "UPDATE executions e SET status = 'running'",
        "UPDATE executions e SET status = e.status",
        runs.test_a_claimed_run_is_running,
    ),
    SUSPECTS("AND NOT s.paused", "", claim.test_a_suspect_of_a_paused_session_is_left_alone),
    SUSPECTS("AND b.attempt >= 2", "", claim.test_what_died_twice_is_claimed_only_as_a_suspect_and_nothing_else_is),
    SUSPECTS(
        "b.received_at LIMIT %(limit)s",
        "b.received_at LIMIT %(limit)s + 1",
        claim.test_no_more_suspects_are_claimed_than_asked_for,
    ),
    SUSPECTS(
        "AND coalesce(s.flow_version, b.flow_version) <> ALL(%(without)s::int[])",
        "AND %(without)s::int[] IS NOT NULL",
        claim.test_a_suspect_on_a_version_that_does_not_compile_here_is_left_to_others,
    ),
    TAKE("AND NOT s.paused", "", claim.test_a_paused_session_is_left_alone_until_it_goes_on),
    TAKE(
        "AND o.owner <> %(owner)s LIMIT 1)",
        "AND false LIMIT 1)",
        claim.test_an_early_message_waits_while_another_process_runs_the_sessions_timeout,
    ),
    TAKE(
        "OR (%(again)s AND b.owner = %(owner)s)",
        "OR %(again)s IS NULL",
        claim.test_a_process_may_begin_its_own_inbound_again,
    ),
    TAKE(
        "(%(again)s AND b.owner = %(owner)s)",
        "(%(again)s IS NOT NULL AND b.owner = %(owner)s)",
        claim.test_what_was_just_claimed_is_not_begun_again_by_a_look,
    ),
    TAKE(
        "AND (%(suspects)s OR NOT b.attempt >= 2)",
        "AND %(suspects)s IS NOT NULL",
        claim.test_what_died_twice_is_taken_only_as_a_suspect,
    ),
    TAKE("SKIP LOCKED", "", on_postgres.test_a_claim_waits_for_nothing_that_somebody_holds),
    TAKE(
        "b.kind = 'timeout' AND EXISTS",
        "false AND EXISTS",
        finish.test_a_message_received_before_a_timeout_was_due_goes_before_it,
    ),
    TAKE(
        "AND m.received_at < (b.content ->> 'due')::timestamptz",
        "",
        finish.test_a_message_received_after_a_timeout_was_due_comes_after_it,
    ),
    TAKE("b.kind <> 'resume'", "b.kind <> ''", runs.test_a_stretch_that_waits_goes_before_whatever_else_came),
)

GIVING_BACK = (
    LET_GO("AND b.owner = %s", "AND %s <> ''", leases.test_a_process_gives_back_only_what_it_holds),
    LET_GO("AND b.state || '' = 'new'", "", leases.test_a_process_gives_back_only_what_it_holds),
    GIVE_BACK("attempt = b.attempt - 1,", "", claim.test_a_lease_that_is_given_back_was_never_begun),
    GIVE_BACK(
        "AND b.attempt = %(attempt)s", "AND %(attempt)s > 0", claim.test_a_lease_that_is_given_back_was_never_begun
    ),
    GIVE_BACK("AND b.owner = %(owner)s", "AND %(owner)s <> ''", claim.test_a_lease_that_is_given_back_was_never_begun),
    GIVE_BACK("AND b.state = 'new'", "", claim.test_a_lease_of_a_finished_turn_is_not_given_back),
    RELEASE(
        "attempt = b.attempt - 1,",
        "",
        leases.test_a_process_that_stops_gives_back_everything_and_its_attempts_do_not_count,
    ),
    RELEASE(
        "AND b.owner = %(owner)s",
        "",
        leases.test_a_process_that_stops_gives_back_everything_and_its_attempts_do_not_count,
    ),
    RELEASE("b.state = 'new' AND", "", leases.test_a_stop_leaves_what_is_finished_alone),
    RELEASE(
        "WITH gone AS (DELETE FROM processes WHERE id = %(owner)s)",
        "",
        leases.test_a_process_that_has_stopped_is_nobody_that_died,
    ),
)

RECOVERING = (
    RECOVER(
        "WHERE id <> %(owner)s AND seen_at <=",
        "WHERE seen_at <=",
        leases.test_a_late_process_frees_what_others_held_and_not_what_it_holds,
    ),
    RECOVER("AND b.owner <> %(owner)s", "", leases.test_a_late_process_frees_what_others_held_and_not_what_it_holds),
    RECOVER("AND b.owner NOT IN (SELECT id FROM alive)", "", leases.test_a_living_process_keeps_what_it_holds),
    RECOVER(
        "id FROM processes WHERE seen_at > now() - make_interval(secs => %(dead_after_s)s)",
        "id FROM processes",
        leases.test_what_a_dead_process_held_can_be_claimed_and_its_attempt_counts,
    ),
    RECOVER("AND NOT s.paused", "", leases.test_what_its_session_does_not_take_or_a_pause_holds_stays_where_it_is),
    RECOVER(
        "coalesce(s.state -> 'wait' -> 'accepts' ? 'message', true)",
        "true",
        leases.test_what_its_session_does_not_take_or_a_pause_holds_stays_where_it_is,
    ),
    RECOVER(
        "UPDATE inbounds b SET priority = 10",
        "UPDATE inbounds b SET priority = NULL",
        leases.test_what_waits_behind_it_can_be_claimed_as_well,
    ),
    RECOVER(
        "b.owner IS NULL AND b.priority IS NULL",
        "b.owner IS NULL",
        leases.test_a_recovery_leaves_the_priority_of_what_waits_alone,
    ),
)

LOOKING = (
    DUE("s.wake_at <= now()", "s.wake_at IS NOT NULL", timers.test_a_wait_that_is_not_due_is_not_found),
    DUE("AND NOT s.paused", "", timers.test_a_paused_session_has_no_timer),
    DUE("w.status <> 'active'", "false", timers.test_a_workflow_out_of_service_has_no_timers),
    DUE("AND s.id %% %(of)s = %(place)s", "AND %(of)s > %(place)s", timers.test_processes_share_due_waits_out),
    DUE(
        "AND o.owner IS NOT NULL LIMIT 1)",
        "AND false LIMIT 1)",
        timers.test_a_session_that_is_run_is_left_alone,
    ),
    DUE(
        "ORDER BY s.wake_at",
        "ORDER BY s.wake_at DESC",
        timers.test_the_longest_overdue_come_first_and_no_more_than_asked_for,
    ),
    DUE(
        "LIMIT %(limit)s",
        "LIMIT %(limit)s + 1",
        timers.test_the_longest_overdue_come_first_and_no_more_than_asked_for,
    ),
    LOOK("s.wake_at <= now()", "true", leases.test_a_due_wait_is_seen_unless_its_session_is_paused),
    LOOK("AND NOT s.paused", "", leases.test_a_due_wait_is_seen_unless_its_session_is_paused),
    LOOK("AND b.owner IS NULL", "", leases.test_what_can_be_claimed_is_seen),
    LOOK("AND b.priority IS NOT NULL", "", leases.test_what_its_session_does_not_take_is_not_seen),
    LOOK("AND b.attempt >= 2", "", leases.test_a_suspect_is_seen),
    LOOK("p.id <> %(owner)s AND", "", leases.test_the_own_silence_is_no_death),
    LOOK("AND b.owner <> %(owner)s", "", leases.test_a_process_that_has_not_beaten_yet_is_no_dead_one_to_itself),
    LOOK(
        "p.seen_at <= now() - make_interval(secs => %(dead_after_s)s)",
        "p.seen_at <= now() - make_interval(secs => %(dead_after_s)s - 100)",
        leases.test_a_living_process_keeps_what_it_holds,
    ),
    LOOK(
        "AND b.owner <> ALL(ARRAY(SELECT id FROM processes))",
        "AND false",
        leases.test_a_lease_of_a_process_without_a_row_is_seen,
    ),
    LOOK("EXISTS (SELECT FROM processes p WHERE p.id <> %(owner)s)", "true", leases.test_another_process_is_seen),
    LOOK("e.due_at <= now()", "true", partial(leases.test_a_due_effect_is_seen, due_in_s=60.0, is_seen=False)),
    LOOK("c.next_at <= now()", "true", partial(leases.test_a_due_schedule_is_seen, due_in_s=60.0, is_seen=False)),
    LOOK("w.active_version, ", "", leases.test_the_look_tells_when_other_versions_are_served),
    LOOK(", w.status", "", leases.test_the_look_tells_when_other_versions_are_served),
)

LEASE_FENCES = (*BEATING, *CLAIMING, *GIVING_BACK, *RECOVERING, *LOOKING)
