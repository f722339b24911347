"""The fences outside the statements of Postgres: what each of them is, and the promise that breaks without it."""

from __future__ import annotations

from functools import partial

from botflow.engine import arrival
from botflow.runtime import consent
from botflow.runtime.advance import Advance
from botflow.runtime.callbacks import CallbackUrls
from botflow.runtime.committer import Committer
from botflow.runtime.conversation import Conversation
from botflow.runtime.flows import Flows
from botflow.runtime.hub import Hub, Mailbox
from botflow.runtime.lines import Lines
from botflow.storage import jobs_postgres, postgres_inbox
from botflow.storage.outbox import Outbox, _has_opted_out, _is_to_the_person
from botflow.storage.timers import Timers
from botflow.web import auth, webhooks
from botflow.web.auth import Gate
from tests.engine import test_turn
from tests.faults.mutation import Fence, Statement
from tests.runtime import (
    test_advance,
    test_callbacks,
    test_committer,
    test_consent,
    test_conversation,
    test_flows,
    test_hub,
    test_jobs,
    test_jobs_troubles,
    test_lines,
)
from tests.storage import test_inbox, test_outbox, test_timers
from tests.web import test_gate, test_webhooks

nobody_waits = test_turn.test_what_nobody_waits_for_changes_nothing
who_stopped = test_consent.test_who_stopped_gets_silence_until_they_start_again

ENGINE = (
    Fence(
        arrival.arrive,
        "session.wait.token != scene.inbound.token",
        "False",
        partial(nobody_waits, kind="timeout", waiting=True, reason="stale_timeout"),
    ),
    Fence(
        arrival.arrive,
        "session.wait.token != scene.inbound.token",
        "False",
        test_advance.test_a_timeout_that_comes_too_late_does_not_touch_the_next_question,
    ),
    Fence(
        arrival.arrive,
        'kind != "message" or',
        "",
        partial(nobody_waits, kind="resume", waiting=True, reason="not_waiting"),
    ),
    Fence(
        arrival._start,
        'scene.inbound.kind not in ("message", "opened", "trigger")',
        "False",
        partial(nobody_waits, kind="timeout", waiting=False, reason="ended"),
    ),
)

LINES = (
    Fence(
        Lines.turn,
        "await place\n",
        "place.cancel()\n",
        test_lines.test_a_line_serves_one_at_a_time_in_the_order_they_came,
    ),
    Fence(
        Lines.turn,
        "await place\n",
        "place.cancel()\n",
        test_conversation.test_messages_of_one_person_are_taken_in_the_order_they_came,
    ),
    Fence(
        Lines.turn,
        "len(line) >= LONGEST_LINE",
        "False",
        test_lines.test_a_line_that_is_too_long_refuses_with_what_to_do,
    ),
    Fence(
        Lines.turn,
        "if place.done() and not place.cancelled():",
        "if False:",
        test_lines.test_who_leaves_at_the_moment_of_their_turn_passes_it_on,
    ),
    Fence(
        Lines._serve_next,
        "if not place.done():",
        "if True:",
        test_lines.test_who_leaves_the_line_is_passed_over,
    ),
)

FAST_PATH = (
    Fence(
        Conversation.receive,
        "await self._park(key, inbound)",
        "pass",
        test_conversation.test_stop_overtakes_a_turn_that_is_under_way,
    ),
    Fence(
        Conversation._compute,
        "if silences(stored.parked, inbound):",
        "if False:",
        test_conversation.test_who_stopped_hears_nothing_until_they_start_again,
    ),
    Fence(
        Conversation._run_now,
        "stored = await self._hot.reload(key)",
        "stored = await self._hot.get(key)",
        test_conversation.test_a_copy_that_another_process_outdated_costs_a_second_try_and_no_queue,
    ),
    Fence(
        Conversation._run_now,
        "known is not None",
        "False",
        test_conversation.test_a_repeated_message_gets_the_same_parts_and_is_looked_up_rather_than_run_again,
    ),
    Fence(
        Conversation._run_now,
        "except Exception as failure:",
        "except ZeroDivisionError as failure:",
        test_conversation.test_a_turn_that_fails_here_is_left_to_a_worker,
    ),
    Fence(
        Conversation._claim,
        "(is_gone and await is_gone())",
        "False",
        test_conversation.test_a_request_that_nobody_reads_any_more_takes_no_parts,
    ),
    Fence(
        Conversation.receive,
        "max(0.0, deadline_s - self._clock.monotonic_s())",
        "reply_within_s",
        test_conversation.test_a_request_that_stood_in_line_past_its_deadline_takes_no_parts,
    ),
    Fence(
        consent.silences,
        '"stop" | "start" | "help"',
        '"nothing"',
        partial(who_stopped, was_parked=False, consent="help", is_silent=True, is_parked=False),
    ),
    Fence(
        consent.parks,
        'case "stop":',
        'case "never":',
        partial(who_stopped, was_parked=False, consent="stop", is_silent=True, is_parked=True),
    ),
    Fence(
        consent.parks,
        '"start" | "start_if_stopped"',
        '"never"',
        test_conversation.test_who_stopped_hears_nothing_until_they_start_again,
    ),
    Fence(
        Committer._take,
        "(later if key in taken else batch).append(entry)",
        "batch.append(entry)",
        test_committer.test_two_turns_of_one_session_are_never_in_one_statement,
    ),
    Fence(
        Committer._settle,
        "await self._settle([entry])",
        "entry.fail(failure)",
        test_committer.test_one_bad_turn_fails_none_of_its_neighbours,
    ),
    Fence(
        Committer._settle,
        " and failure.retryable",
        "",
        test_committer.test_one_bad_turn_fails_none_of_its_neighbours,
        on="postgres",
    ),
    Fence(
        Committer._settle,
        "(isinstance(failure, ProviderError) and failure.retryable)",
        "False",
        test_committer.test_without_a_database_everybody_hears_of_it_and_it_is_asked_once,
        on="postgres",
    ),
)

ATTEMPTS = (
    Fence(
        Advance._drive,
        "entry.fingerprint == fingerprint(ask)",
        "True",
        test_advance.test_an_answer_to_another_question_is_not_used,
    ),
    Fence(
        Advance._drive,
        "entry is not None and",
        "False and",
        test_advance.test_a_retried_turn_asks_nothing_twice,
    ),
    Fence(
        Advance._run,
        "queued.attempt > ATTEMPTS",
        "False",
        test_advance.test_a_poison_message_is_given_up_with_an_apology_and_the_next_one_goes_on,
    ),
    Fence(
        Advance._attempt,
        "if silences(stored.parked, queued.inbound)",
        "if False",
        test_advance.test_a_message_of_somebody_who_stopped_meanwhile_is_stored_in_silence,
    ),
    Fence(
        Advance._answer,
        "if not await self._inbox.add_answer(queued.id, queued.attempt, entry):",
        "if await self._inbox.add_answer(queued.id, queued.attempt, entry) is None:",
        test_advance.test_who_has_lost_its_inbound_asks_the_world_nothing_more,
    ),
    Fence(
        Advance._finish,
        "queue = await self._inbox.finish(queued.id, queued.attempt, commit, state)",
        "queue = await self._inbox.finish(queued.id, queued.attempt, commit, state) or 'empty'",
        test_advance.test_nobody_is_told_of_a_turn_that_was_not_committed,
    ),
    Fence(
        Advance._alive,
        "if not await self._inbox.renew(queued.id, queued.attempt):",
        "if False:",
        test_advance.test_a_living_attempt_is_not_taken_over_however_long_it_asks,
    ),
    Fence(
        Advance._let_go_when_stopped,
        "await self._inbox.let_go(queued.id, queued.attempt)",
        "pass",
        test_advance.test_a_stopped_process_lets_its_attempt_go_and_another_goes_on_at_once,
    ),
    Fence(
        Statement(postgres_inbox, "LET_GO"),
        "AND attempt = %s",
        "AND %s > 0",
        test_inbox.test_only_the_owner_of_an_attempt_lets_it_go,
        on="postgres",
    ),
    Fence(
        Advance._alive,
        "attempt.cancel()\n",
        "pass\n",
        test_advance.test_an_attempt_that_was_taken_over_is_stopped_while_it_asks,
    ),
)

TIMERS = (
    Fence(
        Timers._queue_timeouts,
        "last_seq=sessions.c.last_seq + 1, wake_at=None",
        "last_seq=sessions.c.last_seq + 1",
        test_timers.test_a_due_wait_becomes_one_timeout_with_its_token,
    ),
    Fence(
        Timers.fire_due_waits,
        ".where(sessions.c.wake_at <= self._engine.now())",
        ".where(sessions.c.wake_at.is_not(None))",
        test_timers.test_a_wait_that_is_not_due_stays,
    ),
    Fence(
        Timers.fire_due_waits,
        ".with_for_update(skip_locked=True, key_share=True)",
        "",
        test_timers.test_ticks_of_many_processes_fire_a_wait_once,
        on="postgres",
    ),
    Fence(
        Timers.defer_orphans,
        ", ~is_run.exists()",
        "",
        test_timers.test_a_session_with_a_living_owner_has_no_orphans,
    ),
    Fence(
        Timers.defer_orphans,
        "owner=None, renewed_at=self._engine.now()",
        "owner=None",
        test_timers.test_an_inbound_that_nobody_runs_is_deferred_again_under_another_lock,
    ),
    Fence(
        Timers.defer_orphans,
        "owner=None, renewed_at=self._engine.now()",
        "renewed_at=self._engine.now()",
        test_timers.test_an_orphan_of_a_dead_owner_can_be_begun_at_once,
    ),
    Fence(
        Timers.defer_orphans,
        "again=True",
        "again=False",
        test_timers.test_an_inbound_that_nobody_runs_is_deferred_again_under_another_lock,
    ),
)

OUTBOX = (
    Fence(Outbox.hand_over, "in_time.exists(),", "", test_outbox.test_after_reply_by_only_the_sender_may_claim),
    Fence(
        Outbox.hand_over,
        "~is_behind.exists(),",
        "",
        test_outbox.test_a_request_does_not_overtake_what_an_earlier_turn_still_sends,
    ),
    Fence(
        Outbox.hand_over,
        "outbounds.c.index < limit,",
        "",
        test_outbox.test_a_request_takes_no_more_than_its_answer_holds,
    ),
    Fence(
        _is_to_the_person,
        "recipient.is_(None)",
        "recipient.is_not_distinct_from(recipient)",
        test_outbox.test_a_request_never_takes_what_goes_to_somebody_else,
    ),
    Fence(
        Outbox._is_due,
        "~may_answer.exists()",
        "~paused",
        test_outbox.test_until_reply_by_the_sender_leaves_the_parts_alone,
    ),
    Fence(
        Outbox._is_due,
        "~paused)",
        "~may_answer.exists())",
        test_outbox.test_a_refused_part_waits_before_it_is_ready_again,
    ),
    Fence(
        Outbox.claim_sends,
        ", ~self._is_held_up()",
        "",
        test_outbox.test_a_session_sends_one_part_at_a_time_and_in_order,
    ),
    Fence(
        Outbox._is_held_up,
        "news >= self._engine.now(-UNCONFIRMED_S)",
        "news < self._engine.now(-UNCONFIRMED_S)",
        test_outbox.test_an_unconfirmed_answer_holds_up_what_follows_for_a_while,
    ),
    Fence(
        Outbox.claim_sends,
        ".with_for_update(skip_locked=True, key_share=True, of=outbounds)",
        "",
        test_outbox.test_senders_that_look_at_once_share_the_work,
        on="postgres",
    ),
    Fence(
        _has_opted_out,
        "or_(sessions.c.parked, recipient)",
        "recipient",
        test_outbox.test_nothing_is_sent_for_a_parked_session,
    ),
    Fence(
        _has_opted_out,
        "or_(sessions.c.parked, recipient)",
        "sessions.c.parked",
        test_outbox.test_nothing_is_sent_to_somebody_whose_own_session_is_parked,
    ),
    Fence(
        Outbox.release,
        "outbounds.c.attempts == outbound.attempts,",
        "",
        test_outbox.test_a_released_part_is_claimed_again_and_counts_its_attempts,
    ),
    Fence(
        Outbox.release,
        "outbounds.c.state == outbound.state,",
        "",
        test_outbox.test_a_part_whose_fate_became_unknown_is_not_given_back_by_whoever_claimed_it,
    ),
    Fence(
        Outbox._move,
        "and_(part, outbounds.c.state.in_(BEFORE[state]))",
        "part",
        partial(test_outbox.test_states_move_forward_only, first="delivered", then="sent", moves=False),
    ),
)

JOBS = (
    Fence(
        Statement(jobs_postgres, "FINISH"),
        "AND jobs.attempts = own.attempts",
        "",
        test_jobs_troubles.test_a_claim_that_was_taken_over_can_end_nothing,
        on="postgres",
    ),
    Fence(
        Statement(jobs_postgres, "PUT_BACK"),
        "AND attempts = %(attempts)s",
        "AND %(attempts)s::int >= 0",
        test_jobs_troubles.test_a_claim_that_was_taken_over_can_end_nothing,
        on="postgres",
    ),
    Fence(
        Statement(jobs_postgres, "CLAIM"),
        "WHERE other.lock = jobs.lock AND other.status = 'doing'",
        "WHERE false",
        test_jobs.test_a_job_whose_lower_number_was_committed_late_waits_for_the_one_that_runs,
        on="postgres",
    ),
    Fence(
        Statement(jobs_postgres, "CLAIM"),
        "ORDER BY first.lock, first.id LIMIT 1",
        "ORDER BY first.lock DESC, first.id DESC LIMIT 1",
        test_jobs.test_a_job_waits_for_an_earlier_one_of_its_lock_that_is_not_due,
        on="postgres",
    ),
    Fence(
        Statement(jobs_postgres, "BEAT"),
        "AND id <> ALL (%(running)s::bigint[])",
        "AND cardinality(%(running)s::bigint[]) < 0",
        test_jobs_troubles.test_a_heartbeat_puts_back_what_its_worker_has_forgotten,
        on="postgres",
    ),
    Fence(
        Statement(jobs_postgres, "PUT_BACK_STALLED"),
        "AND worker.last_heartbeat >= now() - make_interval(secs => %(after_s)s)",
        "AND make_interval(secs => %(after_s)s) < interval '0'",
        test_jobs_troubles.test_a_stalled_workers_jobs_are_put_back_and_a_living_ones_are_not,
        on="postgres",
    ),
)

WAKING = (
    Fence(
        Hub._receive,
        "if origin != self._origin",
        "",
        test_hub.test_another_process_is_woken_and_gets_pieces_but_no_receipts,
    ),
    Fence(
        Hub._payload,
        "if taken and size > LARGEST_PAYLOAD:",
        "if False:",
        test_hub.test_many_signals_travel_in_few_payloads_each_small_enough,
    ),
    Fence(
        Mailbox.get,
        "if not self._deltas and not self._woken:",
        "if True:",
        test_hub.test_pieces_of_a_reply_come_in_order_and_before_the_wake_up,
    ),
    Fence(
        Flows._serve,
        "except BotflowError as problem:",
        "except ZeroDivisionError as problem:",
        test_flows.test_a_version_that_does_not_compile_here_leaves_the_former_one_in_service,
    ),
)

GATES = (
    Fence(Gate.caller, "visitor.workflow != workflow", "False", test_gate.test_a_token_of_one_workflow_opens_no_other),
    Fence(
        Gate._visitor,
        "self._tokens.loads(token, max_age=TOKEN_LIFETIME_S)",
        "self._tokens.loads_unsafe(token)[1]",
        test_gate.test_a_token_that_somebody_else_signed_is_nobodys,
    ),
    Fence(Gate._visitor, "max_age=TOKEN_LIFETIME_S", "max_age=None", test_gate.test_a_token_ends_after_ninety_days),
    Fence(
        Gate.caller,
        "hmac.compare_digest(_digest(credential), self._api_key)",
        "credential",
        test_gate.test_only_the_api_key_is_the_api_key,
    ),
    Fence(
        auth.external_id_of,
        "if named:",
        "if False:",
        partial(test_gate.test_an_external_id_is_no_secret_so_only_a_server_may_name_one, caller=None),
    ),
    Fence(
        CallbackUrls.check,
        "not self._signer.verify_signature(outbound.encode(), signature.encode())",
        "False",
        test_callbacks.test_another_part_another_secret_and_no_signature_are_forged,
    ),
    Fence(
        webhooks.ReceiveStatus.__call__,
        'desk.runtime.callbacks.check(_only(query, "o"), _only(query, "s"))',
        "pass",
        test_webhooks.test_forged_webhooks_change_nothing,
    ),
    Fence(
        webhooks._signed_request,
        "channel.verify(request) or",
        "True or",
        test_webhooks.test_refused_webhooks_leave_the_state_as_it_was,
    ),
    Fence(
        webhooks._lets_unsigned_in,
        "desk.dev and",
        "",
        test_webhooks.test_without_a_token_every_webhook_is_refused,
    ),
)

FENCES_OF_RUNTIME = (*ENGINE, *LINES, *FAST_PATH, *ATTEMPTS, *TIMERS, *OUTBOX, *JOBS, *WAKING, *GATES)
