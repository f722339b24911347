"""What each clause of COMMIT, ACCEPT, KEEP and FINISH is good for."""

from __future__ import annotations

from functools import partial

from botflow.storage.turns import postgres, postgres_statements
from tests.storage.delivery import test_outbox as outbox
from tests.storage.engines import test_postgres as on_postgres
from tests.storage.statement_fence import Fence
from tests.storage.turns import test_accept as accept
from tests.storage.turns import test_bursts as bursts
from tests.storage.turns import test_finish as finish
from tests.storage.turns import test_finish_runs as runs
from tests.storage.turns import test_keep as keep
from tests.storage.turns import test_sessions as sessions
from tests.storage.turns import test_timers as timers

COMMIT = partial(Fence, postgres, "COMMIT")
ACCEPT = partial(Fence, postgres, "ACCEPT")
KEEP = partial(Fence, postgres, "KEEP")
FINISH = partial(Fence, postgres, ("FINISH_MANY", "FINISH_ONE"))  # what the first refuses, the second is asked
FOLLOW = partial(Fence, postgres, "FINISH_AND_FOLLOW")

COMMITTING = (
    COMMIT("s.version = i.version", "true", sessions.test_a_turn_on_a_stale_version_loses),
    COMMIT(
        "AND (i.by_token IS NOT TRUE OR NOT s.token_revoked)",
        "",
        sessions.test_a_turn_by_a_token_that_was_revoked_after_the_read_loses,
    ),
    COMMIT("AND s.done_seq = s.last_seq", "", sessions.test_a_turn_never_overtakes_what_is_queued),
    COMMIT(
        "(SELECT true FROM inbounds b WHERE b.session_id = i.id AND b.key = i.key) IS NULL",
        "true",
        sessions.test_a_repeated_inbound_changes_nothing,
    ),
    COMMIT(
        "i.hands_over IS NOT TRUE OR",
        "true OR",
        partial(
            sessions.test_a_turn_that_answers_with_its_parts_loses_while_earlier_ones_are_still_to_be_sent,
            state="ready",
        ),
    ),
    COMMIT(
        "AND o.body->>'to' IS NULL",
        "",
        sessions.test_what_is_to_be_sent_to_somebody_else_keeps_no_turn_from_answering,
    ),
    COMMIT("SKIP LOCKED", "", on_postgres.test_a_session_that_somebody_holds_is_skipped_and_its_neighbours_commit),
    COMMIT(
        "ON CONFLICT (workflow_id, channel, external_id) DO NOTHING",
        "",
        sessions.test_a_new_session_is_created_once,
    ),
    COMMIT(
        "WHEN held.status = 'ignored' OR held.keeps THEN s.wake_at",
        "",
        timers.test_an_ignored_inbound_does_not_put_the_deadline_off,
    ),
    COMMIT(
        "CASE WHEN held.parked THEN NULL",
        "CASE WHEN false THEN NULL",
        timers.test_a_turn_that_parks_ends_the_deadline,
    ),
    COMMIT(
        "coalesce(wake_until, now()",
        "coalesce(NULL, now()",
        partial(timers.test_a_wait_until_a_moment_is_over_at_that_moment, is_known=False),
    ),
    COMMIT(
        "coalesce(held.wake_until, now()",
        "coalesce(NULL, now()",
        partial(timers.test_a_wait_until_a_moment_is_over_at_that_moment, is_known=True),
    ),
)

ACCEPTING = (
    ACCEPT(
        "AND NOT (s.token_revoked AND", "AND NOT (false AND", accept.test_what_comes_by_a_revoked_token_is_not_stored
    ),
    ACCEPT(
        "AND s.done_seq = s.last_seq - 1",
        "",
        accept.test_what_comes_while_the_session_is_run_waits_and_has_no_owner,
    ),
    ACCEPT("NOT s.paused AND", "", accept.test_a_paused_session_keeps_what_comes_and_nobody_can_claim_it),
    ACCEPT(
        "? 'message'",
        "? 'timeout'",
        accept.test_a_session_that_waits_for_messages_too_takes_them,
    ),
    ACCEPT(
        "coalesce(s.state -> 'wait' -> 'accepts' ? 'message', true)",
        "true",
        accept.test_a_session_that_waits_for_something_else_keeps_a_message_until_it_takes_one,
    ),
    ACCEPT(
        "? 'message', true)",
        "? 'message', false)",
        accept.test_an_idle_session_leases_its_next_inbound_to_who_accepts_it,
    ),
    ACCEPT("i.kind <> 'message' OR", "", accept.test_what_is_no_message_is_taken_whatever_the_session_waits_for),
    ACCEPT("s.parked OR", "", accept.test_a_parked_session_takes_messages_whatever_it_waits_for),
    ACCEPT(
        " OR coalesce(i.content ->> 'consent', 'start_if_stopped') <> 'start_if_stopped'",
        "",
        accept.test_a_message_about_being_written_to_is_taken_whatever_the_session_waits_for,
    ),
    ACCEPT(
        "CASE WHEN is_taken THEN 10 END",
        "10",
        accept.test_a_session_that_waits_for_something_else_keeps_a_message_until_it_takes_one,
    ),
    ACCEPT(
        "(lease IS NOT NULL)::int",
        "0",
        accept.test_the_first_inbound_of_an_unknown_person_makes_the_session_and_is_ours,
    ),
    ACCEPT("(lease IS NOT NULL)::int", "1", accept.test_who_takes_no_turns_stores_the_inbound_for_others_to_claim),
    ACCEPT(
        "CASE WHEN reply_within_s > 0 THEN now() + make_interval(secs => reply_within_s) END",
        "now()",
        accept.test_inbounds_of_one_moment_that_nobody_stores_alike_keep_what_each_says,
    ),
    ACCEPT(
        "SET last_seq = s.last_seq + 1",
        "SET last_seq = s.last_seq + 1, parked = excluded.parked",
        accept.test_an_inbound_of_somebody_who_has_stopped_makes_a_parked_session,
    ),
    Fence(
        postgres,
        "WAIT_ALIKE",
        "greatest(b.reply_by, now() + make_interval(secs => %s))",
        "now() + make_interval(secs => %s)",
        accept.test_the_newest_duplicate_that_waits_may_be_answered_longest,
    ),
    Fence(
        postgres,
        "WAIT_ALIKE",
        "greatest(b.reply_by, now() + make_interval(secs => %s))",
        "coalesce(b.reply_by, now() + make_interval(secs => %s))",
        outbox.test_the_newest_waiting_request_may_answer_longest,
    ),
)

KEEPING = (
    KEEP("AND b.attempt = r.attempt", "", keep.test_an_attempt_that_another_process_has_taken_over_journals_nothing),
    KEEP("AND b.state = 'new'", "", keep.test_no_answer_is_journalled_after_the_turn),
    Fence(
        postgres_statements,
        "KEEP",
        "FOR NO KEY UPDATE",
        "",
        on_postgres.test_no_attempt_begins_while_an_answer_of_the_one_before_is_written,
    ),
    KEEP(
        "fingerprint = excluded.fingerprint, ",
        "",
        keep.test_a_later_attempt_finds_the_answers_and_replaces_those_that_no_longer_fit,
    ),
)


FINISHING = (
    FINISH(
        "AND b.attempt = r.attempt",
        "",
        finish.test_an_attempt_that_another_process_has_taken_over_finishes_nothing,
    ),
    FINISH(
        "AND b.seq = r.seq AND b.state = 'new'",
        "AND b.seq = r.seq",
        finish.test_a_done_inbound_is_not_finished_twice,
    ),
    FINISH("s.version = held.version", "true", finish.test_a_turn_on_a_session_that_moved_is_not_finished),
    Fence(
        postgres,
        "FINISH_MANY",
        "SKIP LOCKED",
        "",
        on_postgres.test_who_holds_a_session_holds_up_no_other_sessions_turn,
    ),
    FINISH(
        "(SELECT min(b.seq) - 1 FROM inbounds b WHERE",
        "(SELECT NULL::int FROM inbounds b WHERE false AND",
        finish.test_finishing_leaves_what_came_meanwhile_unfinished,
    ),
    FINISH(
        "AND b.seq <> held.seq AND b.merged_into IS DISTINCT FROM held.seq), (SELECT",
        "AND b.merged_into IS DISTINCT FROM held.seq), (SELECT",
        finish.test_a_finished_turn_is_committed_whole,
    ),
    FINISH(
        "AND b.merged_into IS DISTINCT FROM held.seq",
        "",
        bursts.test_merged_inbounds_are_finished_by_the_turn_of_their_lead,
    ),
    FINISH("OR b.merged_into = done.seq", "", bursts.test_merged_inbounds_are_finished_by_the_turn_of_their_lead),
    FINISH(
        "s.last_seq > (SELECT z.last_seq FROM sessions z WHERE z.id = held.id) AS unseen",
        "false AS unseen",
        on_postgres.test_what_is_stored_while_a_turn_is_finished_is_looked_for,
    ),
    FINISH(
        "(SELECT z.last_seq FROM sessions z WHERE z.id = held.id))",
        "s.last_seq)",
        on_postgres.test_what_is_stored_while_a_turn_is_finished_is_looked_for,
    ),
    FINISH(
        "WHEN held.status = 'ignored' OR held.keeps THEN s.wake_at",
        "",
        timers.test_an_ignored_inbound_that_was_leased_does_not_put_the_deadline_off,
    ),
    FINISH(
        "CASE WHEN held.parked THEN NULL",
        "CASE WHEN false THEN NULL",
        timers.test_a_leased_turn_that_parks_ends_the_deadline,
    ),
    FINISH(
        "SET state = done.outcome",
        "SET state = 'done'",
        partial(finish.test_an_inbound_that_is_given_up_lets_the_next_one_go_on, outcome="dead"),
    ),
    FINISH(
        "WHERE NOT held.takes_messages AND",
        "WHERE false AND",
        finish.test_a_message_that_the_turn_leaves_waiting_cannot_be_claimed,
    ),
    FINISH(
        "AND b.kind = 'message' AND NOT coalesce(b.content",
        "AND NOT coalesce(b.content",
        finish.test_a_message_that_the_turn_leaves_waiting_cannot_be_claimed,
    ),
    FINISH(
        "AND NOT coalesce(b.content ->> 'consent', 'start_if_stopped') <> 'start_if_stopped'",
        "",
        finish.test_a_message_that_the_turn_leaves_waiting_cannot_be_claimed,
    ),
    FINISH(
        "fingerprint = excluded.fingerprint, ask = excluded.ask, value = excluded.value",
        "fingerprint = excluded.fingerprint",
        finish.test_the_last_answers_are_journalled_with_the_turn,
    ),
    FINISH(
        "coalesce(held.state -> 'wait' -> 'accepts' ? 'message', true)",
        "true",
        finish.test_a_message_that_the_turn_leaves_waiting_is_not_taken_along,
    ),
    FINISH("held.parked OR", "", finish.test_a_turn_that_parks_the_session_takes_along_whatever_waits),
    FINISH(
        "b.kind = 'timeout' AND EXISTS",
        "false AND EXISTS",
        finish.test_a_timeout_goes_between_the_messages_from_before_and_after_it_was_due,
    ),
    FINISH(
        "AND m.received_at < (b.content ->> 'due')::timestamptz",
        "",
        finish.test_a_timeout_goes_between_the_messages_from_before_and_after_it_was_due,
    ),
    FINISH(
        "b.seq LIMIT 1",
        "b.seq DESC LIMIT 1",
        finish.test_one_process_serves_a_session_in_order_until_nothing_is_left,
    ),
    FINISH(
        "(next.owner IS NOT NULL)::int",
        "1",
        finish.test_a_process_that_stops_leaves_the_next_inbound_to_be_claimed,
    ),
    FINISH(
        "coalesce(b.priority, 10)",
        "b.priority",
        finish.test_a_process_that_stops_leaves_what_its_turn_lets_in_to_be_claimed,
    ),
    FINISH("AND b.attempt < 2", "", finish.test_an_inbound_that_died_twice_is_not_taken_along),
)

FOLLOWING = (
    FOLLOW("AND s.version = held.version", "", runs.test_a_turn_with_effects_that_a_fence_refuses_leaves_none),
    FOLLOW(
        "AND b.attempt = r.attempt",
        "",
        runs.test_a_turn_with_effects_of_an_attempt_that_is_over_leaves_none,
    ),
    FOLLOW("f WHERE f.resume_seed IS NULL)", "f)", runs.test_a_run_goes_on_before_whatever_else_came),
    FOLLOW(
        ", last_seq = s.last_seq + (f.resume_seed IS NOT NULL)::int",
        "",
        runs.test_a_runs_next_stretch_is_ours_at_once,
    ),
    FOLLOW(
        "s.last_seq - (f.resume_seed IS NOT NULL)::int > (SELECT",
        "s.last_seq > (SELECT",
        runs.test_a_runs_next_stretch_is_ours_at_once,
    ),
    FOLLOW(
        "s.last_seq - (f.resume_seed IS NOT NULL)::int > (SELECT z.last_seq FROM sessions z WHERE z.id = held.id) AS",
        "false AS",
        on_postgres.test_what_is_stored_while_the_turn_of_a_run_is_finished_is_looked_for,
    ),
    FOLLOW(
        "(d.taker IS NOT NULL)::int",
        "1",
        runs.test_a_process_that_stops_leaves_the_next_stretch_to_be_claimed_at_the_runs_priority,
    ),
    FOLLOW(
        "(SELECT coalesce(b.priority, 0) FROM inbounds b WHERE b.session_id = d.id AND b.seq = d.seq)",
        "0",
        runs.test_a_process_that_stops_leaves_the_next_stretch_to_be_claimed_at_the_runs_priority,
    ),
    FOLLOW("OFFSET 98", "OFFSET 97", runs.test_a_run_keeps_its_newest_checkpoints),
    FOLLOW(
        "DELETE FROM checkpoints c USING done d, f WHERE",
        "DELETE FROM checkpoints c USING done d, f WHERE false AND",
        runs.test_a_run_keeps_its_newest_checkpoints,
    ),
    FOLLOW("CASE WHEN f.has_ended THEN now() END", "NULL", runs.test_a_run_that_ends_says_so_with_its_output),
)

TURN_FENCES = (*COMMITTING, *ACCEPTING, *KEEPING, *FINISHING, *FOLLOWING)
