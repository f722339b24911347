"""The fences of the turn, from the engine to the attempts, and the promise that breaks without each.

Those of the SQL statements of both databases stand in tests/storage, the others in fences_around.py.
"""

from __future__ import annotations

from functools import partial

from botflow.engine import arrival
from botflow.engine.endings import opt_outs
from botflow.runtime.turns import arrival_order
from botflow.runtime.turns.lease_keeper import LeaseKeeper
from botflow.runtime.turns.receive import Receiver
from botflow.runtime.turns.replies import Replies
from botflow.runtime.turns.run import TurnRunner
from botflow.runtime.turns.session_tasks import SessionTasks
from botflow.runtime.turns.timers import DueTimers
from botflow.storage.engines.batching import Batcher
from tests.engine import test_turn
from tests.faults.mutation import Fence
from tests.runtime.delivery import test_opt_outs
from tests.runtime.turns import (
    test_arrival_order,
    test_lease_keeper,
    test_receive,
    test_run,
    test_session_tasks,
    test_timers,
)
from tests.storage.engines import test_batching

nobody_waits = test_turn.test_what_nobody_waits_for_changes_nothing
who_stopped = test_opt_outs.test_who_stopped_gets_silence_until_they_start_again

ENGINE = (
    Fence(
        arrival._woken,
        'case "timeout" if inbound.token == wait.token:',
        'case "timeout":',
        partial(nobody_waits, kind="timeout", waiting=True, reason="stale_timeout"),
    ),
    Fence(
        arrival._woken,
        'case "timeout" if inbound.token == wait.token:',
        'case "timeout":',
        test_run.test_a_timeout_that_comes_too_late_does_not_touch_the_next_question,
    ),
    Fence(
        arrival.arrive,
        'scene.inbound.kind != "message"',
        "False",
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
        arrival_order._Line.__aenter__,
        "await self._lock.acquire()",
        "self._lock = asyncio.Lock(); await self._lock.acquire()",
        test_arrival_order.test_a_line_serves_one_at_a_time_in_the_order_they_came,
    ),
    Fence(
        arrival_order._Line.__aenter__,
        "self._users > LONGEST_LINE",
        "False",
        test_arrival_order.test_a_line_that_is_too_long_refuses_with_what_to_do,
    ),
    Fence(
        arrival_order._Line._leave,
        "if not self._users:",
        "if False:",
        test_arrival_order.test_an_empty_line_leaves_nothing_behind,
    ),
)

FIRST_STEP = (
    Fence(
        Receiver._run,
        " or (stored.has_row and stored.id != session)",
        "",
        test_receive.test_a_copy_of_an_erased_session_is_not_written_into_the_new_one,
    ),
    Fence(
        Receiver._accept,
        "await self._consent.accept(arrival, live.flow)",
        "await self._turns.accept(arrival)",
        test_receive.test_stop_overtakes_a_turn_that_is_under_way,
    ),
    Fence(
        Receiver._compute,
        "is not None:",
        "is not None and False:",
        test_receive.test_who_stopped_hears_nothing_until_they_start_again,
    ),
    Fence(
        Receiver._take_first_step,
        "stored = await self._hot.reload(key)",
        "stored = await self._hot.get(key)",
        test_receive.test_a_copy_that_another_process_outdated_costs_a_second_try_and_no_more,
    ),
    Fence(
        Receiver._take_first_step,
        "except Exception as failure:",
        "except ZeroDivisionError as failure:",
        test_receive.test_a_turn_that_fails_in_the_request_is_stored_and_tried_again,
    ),
    Fence(
        Receiver._run,
        "accepted.version != stored.session.version or",
        "",
        test_receive.test_a_session_that_moved_between_the_look_at_it_and_accept_starts_its_turn_over,
    ),
    Fence(
        Receiver._accept,
        "self._sessions.look(accepted.id.session)",
        "pass",
        test_receive.test_a_repeated_message_begins_the_turn_that_nobody_knows_to_be_leased,
    ),
    Fence(
        Receiver._accept,
        "max(0.0, deadline_s - self._clock.monotonic_s())",
        "25.0",
        test_receive.test_a_request_that_stood_in_line_past_its_deadline_takes_no_parts,
    ),
    Fence(
        Replies.claim,
        "(is_gone and await is_gone())",
        "False",
        test_receive.test_a_request_that_nobody_reads_any_more_takes_no_parts,
    ),
    Fence(
        opt_outs.silences,
        '"stop" | "ask_to_stop" | "start" | "help"',
        '"nothing"',
        partial(who_stopped, was_parked=False, consent="help", is_silent=True, changes=""),
    ),
    Fence(
        opt_outs.opts_out,
        '("stop", "ask_to_stop")',
        "()",
        partial(who_stopped, was_parked=False, consent="stop", is_silent=True, changes="out"),
    ),
    Fence(
        opt_outs.opts_in,
        "(parked and ",
        "(",
        partial(who_stopped, was_parked=False, consent="start_if_stopped", is_silent=False, changes=""),
    ),
    Fence(
        Batcher._take,
        "if key in taken:",
        "if False:",
        test_batching.test_two_calls_with_one_key_run_one_after_the_other,
    ),
    Fence(
        Batcher._settle,
        "len(batch) > 1 and not is_outage",
        "False",
        test_batching.test_a_call_that_is_refused_fails_alone,
    ),
    Fence(
        Batcher._settle,
        "len(batch) > 1 and not is_outage",
        "len(batch) > 1",
        test_batching.test_an_outage_is_not_asked_again_for_each_call,
    ),
    Fence(
        Batcher._settle,
        " and not is_about_a_row(failure)",
        "",
        test_batching.test_a_row_that_somebody_holds_is_no_outage_and_each_call_is_asked_alone,
    ),
)

ATTEMPTS = (
    Fence(
        TurnRunner._drive,
        "entry.fingerprint == fingerprint(ask)",
        "True",
        test_run.test_an_answer_to_another_question_is_not_used,
    ),
    Fence(TurnRunner._drive, "entry is not None and", "False and", test_run.test_a_retried_turn_asks_nothing_twice),
    Fence(
        TurnRunner._drive,
        "elif isinstance(ask, AskHistory | Pause):",
        "elif False:",
        test_run.test_a_models_answer_is_journalled_with_the_turn_and_history_never,
    ),
    Fence(
        TurnRunner._drive,
        "elif isinstance(ask, AskHistory | Pause):",
        "elif isinstance(ask, AskHistory):",
        test_run.test_a_pause_before_a_node_is_tried_again_is_not_journalled,
    ),
    Fence(
        TurnRunner._attempt,
        "attempt > ATTEMPTS",
        "False",
        test_run.test_a_poison_message_is_given_up_with_an_apology_and_the_next_one_goes_on,
    ),
    Fence(
        TurnRunner._run,
        "is not None:",
        "is not None and False:",
        test_run.test_a_message_of_somebody_who_stopped_meanwhile_is_stored_in_silence,
    ),
    Fence(
        TurnRunner._keep,
        "if not await insist(lambda: self._turns.keep(queued.id, queued.attempt, kept)):",
        "if await insist(lambda: self._turns.keep(queued.id, queued.attempt, kept)) is None:",
        test_run.test_who_has_lost_its_inbound_asks_the_world_nothing_more,
    ),
    Fence(
        TurnRunner._finish,
        "if finished is None:",
        "finished = finished or Finished()\n    if finished is None:",
        test_run.test_nobody_is_told_of_a_turn_that_was_not_committed,
    ),
    Fence(
        SessionTasks.outcome,
        "turn.seq < serving.lease.turn.seq",
        "False",
        test_session_tasks.test_a_request_for_an_earlier_turn_does_not_wait_for_the_one_that_runs,
    ),
    Fence(
        SessionTasks.lose,
        "serving.task.cancel()",
        "pass",
        test_run.test_an_attempt_that_was_taken_over_is_ended_by_the_next_beat,
    ),
    Fence(
        SessionTasks.lose,
        "serving.lease == lease",
        "True",
        test_session_tasks.test_a_beat_that_says_an_attempt_is_lost_does_not_end_the_next_one,
    ),
    Fence(
        LeaseKeeper.beat,
        "unknown & self._unknown",
        "unknown",
        test_lease_keeper.test_a_lease_whose_answer_comes_between_two_beats_is_kept,
    ),
    Fence(
        LeaseKeeper.beat,
        "await self._store.let_go(self._owner, sorted(stray))",
        "pass",
        test_lease_keeper.test_a_lease_that_nobody_serves_is_let_go_after_two_beats,
    ),
)

TIMERS = (
    Fence(
        DueTimers._fire,
        "self._keeper.is_cautious",
        "False",
        test_timers.test_after_a_process_died_every_timer_is_counted_before_it_begins,
    ),
    Fence(
        DueTimers._fire,
        "except Exception as failure:",
        "except ZeroDivisionError as failure:",
        partial(
            test_timers.test_a_timeout_whose_turn_breaks_is_stored_and_its_attempts_are_counted,
            failures=0,
            state="done",
            said="Too late.",
        ),
    ),
    Fence(
        DueTimers._fire,
        "failure, session=stored.id)\n        return False",
        "failure, session=stored.id)\n        return True",
        partial(
            test_timers.test_a_timeout_whose_turn_breaks_is_stored_and_its_attempts_are_counted,
            failures=3,
            state="dead",
            said="Sorry.",
        ),
    ),
)

FENCES_OF_THE_TURN = (*ENGINE, *LINES, *FIRST_STEP, *ATTEMPTS, *TIMERS)
