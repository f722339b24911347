"""The fences around the turn: timers, outbox, jobs, signals, gates; and the promise that breaks without each."""

from __future__ import annotations

from functools import partial

from botflow.runtime.delivery.status_urls import CallbackUrls
from botflow.runtime.process.overload import Overload
from botflow.runtime.served_flows import Flows
from botflow.runtime.turns.receive import Conversation
from botflow.runtime.turns.signals import Hub, Mailbox
from botflow.storage import jobs_postgres
from botflow.storage.turns.timers import Timers
from botflow.web import provider_webhooks
from botflow.web.auth import callers
from botflow.web.auth.callers import Gate
from tests.engine import test_turn
from tests.faults.fences_outbox import FENCES_OF_THE_OUTBOX
from tests.faults.mutation import Fence, Statement
from tests.runtime import test_jobs, test_jobs_troubles, test_served_flows
from tests.runtime.delivery import test_opt_outs, test_status_urls
from tests.runtime.turns import test_signals
from tests.storage import test_jobs as queues
from tests.storage.turns import test_timers
from tests.web import test_overload, test_provider_webhooks
from tests.web.auth import test_callers

nobody_waits = test_turn.test_what_nobody_waits_for_changes_nothing
who_stopped = test_opt_outs.test_who_stopped_gets_silence_until_they_start_again

TIMERS = (
    Fence(
        Timers._queue_timeouts,
        "last_seq=sessions.c.last_seq + 1, wake_at=None",
        "last_seq=sessions.c.last_seq + 1",
        test_timers.test_a_due_wait_becomes_one_timeout_with_its_token,
    ),
    Fence(
        Timers.fire_due_waits,
        "sessions.c.wake_at <= self._engine.now(), ",
        "sessions.c.wake_at.is_not(None), ",
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
        partial(test_jobs_troubles.test_a_stalled_workers_jobs_are_put_back_and_a_living_ones_are_not, queue="turns"),
        on="postgres",
    ),
    Fence(
        Statement(jobs_postgres, "CLAIM"),
        "AND jobs.queue_name = queue.name",
        "",
        queues.test_a_worker_takes_jobs_of_its_own_queues_only,
        on="postgres",
    ),
    Fence(
        Statement(jobs_postgres, "CLAIM"),
        "chosen AS MATERIALIZED (SELECT id FROM candidate ORDER BY priority DESC, id",
        "chosen AS MATERIALIZED (SELECT id FROM candidate ORDER BY id",
        queues.test_the_highest_priority_of_all_queues_is_claimed_first,
        on="postgres",
    ),
)

OVERLOAD = (
    Fence(
        Overload.check_queue,
        "row.priority >= MESSAGE_PRIORITY",
        "True",
        test_overload.test_timers_that_are_due_by_the_thousand_do_not_count,
    ),
    Fence(
        Conversation._admit,
        "if await self._sessions.find(key, inbound.key) is None:",
        "if True:",
        test_overload.test_a_full_queue_takes_no_more_but_knows_what_it_holds,
    ),
    Fence(
        Conversation._admit,
        "if inbound.consent:",
        "if False:",
        test_overload.test_an_opt_out_is_let_into_a_full_queue,
    ),
)

WAKING = (
    Fence(
        Hub._receive,
        "if origin != self._origin",
        "",
        test_signals.test_another_process_is_woken_and_gets_pieces_but_no_receipts,
    ),
    Fence(
        Hub._payload,
        "if taken and size > LARGEST_PAYLOAD:",
        "if False:",
        test_signals.test_many_signals_travel_in_few_payloads_each_small_enough,
    ),
    Fence(
        Mailbox.get,
        "if not self._deltas and not self._woken:",
        "if True:",
        test_signals.test_pieces_of_a_reply_come_in_order_and_before_the_wake_up,
    ),
    Fence(
        Flows._serve,
        "except BotflowError as problem:",
        "except ZeroDivisionError as problem:",
        test_served_flows.test_a_version_that_does_not_compile_here_leaves_the_former_one_in_service,
    ),
)

GATES = (
    Fence(
        Gate.caller, "visitor.workflow != workflow", "False", test_callers.test_a_token_of_one_workflow_opens_no_other
    ),
    Fence(
        Gate._visitor,
        "self._tokens.loads(token, max_age=TOKEN_LIFETIME_S)",
        "self._tokens.loads_unsafe(token)[1]",
        test_callers.test_a_token_that_somebody_else_signed_is_nobodys,
    ),
    Fence(Gate._visitor, "max_age=TOKEN_LIFETIME_S", "max_age=None", test_callers.test_a_token_ends_after_ninety_days),
    Fence(
        Gate.caller,
        "hmac.compare_digest(_digest(credential), self._api_key)",
        "credential",
        test_callers.test_only_the_api_key_is_the_api_key,
    ),
    Fence(
        callers.external_id_of,
        "if named:",
        "if False:",
        partial(test_callers.test_an_external_id_is_no_secret_so_only_a_server_may_name_one, caller=None),
    ),
    Fence(
        CallbackUrls.check,
        "not self._signer.verify_signature(outbound.encode(), signature.encode())",
        "False",
        test_status_urls.test_another_part_another_secret_and_no_signature_are_forged,
    ),
    Fence(
        provider_webhooks.ReceiveStatus.__call__,
        'desk.runtime.callbacks.check(_only(query, "o"), _only(query, "s"))',
        "pass",
        test_provider_webhooks.test_forged_webhooks_change_nothing,
    ),
    Fence(
        provider_webhooks._signed_request,
        "channel.verify(request) or",
        "True or",
        test_provider_webhooks.test_refused_webhooks_leave_the_state_as_it_was,
    ),
    Fence(
        provider_webhooks._lets_unsigned_in,
        "desk.dev and",
        "",
        test_provider_webhooks.test_without_a_token_every_webhook_is_refused,
    ),
)

FENCES_AROUND_THE_TURN = (*TIMERS, *FENCES_OF_THE_OUTBOX, *JOBS, *OVERLOAD, *WAKING, *GATES)
