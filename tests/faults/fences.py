"""The fences of the turn, from the engine to the attempts, and the promise that breaks without each.

Those of the SQL statements stand in fences_sqlite.py and tests/storage/test_fences.py, the others in fences_around.py.
"""

from __future__ import annotations

from functools import partial

from botflow.engine import arrival
from botflow.runtime.delivery import opt_outs
from botflow.runtime.turns.advance import Advance
from botflow.runtime.turns.arrival_order import Lines
from botflow.runtime.turns.committer import Committer
from botflow.runtime.turns.receive import Conversation
from botflow.storage.turns import postgres_inbox
from tests.engine import test_turn
from tests.faults.mutation import Fence, Statement
from tests.runtime.delivery import test_opt_outs
from tests.runtime.turns import test_advance, test_arrival_order, test_committer, test_receive
from tests.storage.turns import test_inbox

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
        test_advance.test_a_timeout_that_comes_too_late_does_not_touch_the_next_question,
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
        Lines.turn,
        "await place\n",
        "place.cancel()\n",
        test_arrival_order.test_a_line_serves_one_at_a_time_in_the_order_they_came,
    ),
    Fence(
        Lines.turn,
        "await place\n",
        "place.cancel()\n",
        test_receive.test_messages_of_one_person_are_taken_in_the_order_they_came,
    ),
    Fence(
        Lines.turn,
        "len(line) >= LONGEST_LINE",
        "False",
        test_arrival_order.test_a_line_that_is_too_long_refuses_with_what_to_do,
    ),
    Fence(
        Lines.turn,
        "if place.done() and not place.cancelled():",
        "if False:",
        test_arrival_order.test_who_leaves_at_the_moment_of_their_turn_passes_it_on,
    ),
    Fence(
        Lines._serve_next,
        "if not place.done():",
        "if True:",
        test_arrival_order.test_who_leaves_the_line_is_passed_over,
    ),
)

FAST_PATH = (
    Fence(
        Conversation.receive,
        "await self._park(key, inbound)",
        "pass",
        test_receive.test_stop_overtakes_a_turn_that_is_under_way,
    ),
    Fence(
        Conversation._compute,
        "if silences(stored.parked, inbound):",
        "if False:",
        test_receive.test_who_stopped_hears_nothing_until_they_start_again,
    ),
    Fence(
        Conversation._run_now,
        "stored = await self._hot.reload(key)",
        "stored = await self._hot.get(key)",
        test_receive.test_a_copy_that_another_process_outdated_costs_a_second_try_and_no_queue,
    ),
    Fence(
        Conversation._run_now,
        "known is not None",
        "False",
        test_receive.test_a_repeated_message_gets_the_same_parts_and_is_looked_up_rather_than_run_again,
    ),
    Fence(
        Conversation._run_now,
        "except Exception as failure:",
        "except ZeroDivisionError as failure:",
        test_receive.test_a_turn_that_fails_here_is_left_to_a_worker,
    ),
    Fence(
        Conversation._claim,
        "(is_gone and await is_gone())",
        "False",
        test_receive.test_a_request_that_nobody_reads_any_more_takes_no_parts,
    ),
    Fence(
        Conversation.receive,
        "max(0.0, deadline_s - self._clock.monotonic_s())",
        "reply_within_s",
        test_receive.test_a_request_that_stood_in_line_past_its_deadline_takes_no_parts,
    ),
    Fence(
        opt_outs.silences,
        '"stop" | "ask_to_stop" | "start" | "help"',
        '"nothing"',
        partial(who_stopped, was_parked=False, consent="help", is_silent=True, is_parked=False),
    ),
    Fence(
        opt_outs.parks,
        'case "stop" | "ask_to_stop":',
        'case "never":',
        partial(who_stopped, was_parked=False, consent="stop", is_silent=True, is_parked=True),
    ),
    Fence(
        opt_outs.parks,
        '"start" | "start_if_stopped"',
        '"never"',
        partial(who_stopped, was_parked=True, consent="start_if_stopped", is_silent=True, is_parked=False),
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

FENCES_OF_THE_TURN = (*ENGINE, *LINES, *FAST_PATH, *ATTEMPTS)
