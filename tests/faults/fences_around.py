"""The fences around the turn: timers, outbox, jobs, signals, gates; and the promise that breaks without each."""

from __future__ import annotations

from functools import partial

from botflow.runtime.callbacks import CallbackUrls
from botflow.runtime.flows import Flows
from botflow.runtime.hub import Hub, Mailbox
from botflow.storage import jobs_postgres
from botflow.storage.outbox import Outbox, _has_opted_out, _is_to_the_person
from botflow.storage.timers import Timers
from botflow.web import auth, webhooks
from botflow.web.auth import Gate
from tests.engine import test_turn
from tests.faults.mutation import Fence, Statement
from tests.runtime import (
    test_callbacks,
    test_consent,
    test_flows,
    test_hub,
    test_jobs,
    test_jobs_troubles,
)
from tests.storage import test_outbox, test_timers
from tests.web import test_gate, test_webhooks

nobody_waits = test_turn.test_what_nobody_waits_for_changes_nothing
who_stopped = test_consent.test_who_stopped_gets_silence_until_they_start_again

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

FENCES_AROUND_THE_TURN = (*TIMERS, *OUTBOX, *JOBS, *WAKING, *GATES)
