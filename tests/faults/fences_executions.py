"""The fences of executions: pauses, cancellations, effects, and the promise that breaks without each."""

from __future__ import annotations

from functools import partial

from botflow.engine.forks import replay
from botflow.runtime.runs.effects import Carrier
from botflow.runtime.runs.starts import validation
from botflow.runtime.turns import rendering
from botflow.runtime.turns.run import TurnRunner
from botflow.storage.runs import effects
from botflow.storage.runs.changes import (
    begin_cancelling,
    cancel,
    lifecycle,
    locked_execution,
    operator_changes,
    outside_changes,
)
from botflow.storage.runs.forks import recorded_answers
from botflow.storage.turns import run_outcome, sqlite_leases
from tests.faults.mutation import Fence, Statement
from tests.runtime import test_crossings
from tests.runtime.runs import test_cancelling, test_effects, test_forks, test_large_values, test_lifecycle
from tests.web.api import test_operator_changes

still = test_lifecycle.test_a_paused_run_stands_still_and_goes_on_where_it_was
stays_queued = test_effects.test_a_message_stays_queued_while_the_conversation_waits_for_its_children

carried = partial(test_large_values.test_a_large_input_is_carried_over_a_wait, other_process=True)

silent = test_forks.test_a_fork_sends_nothing_emits_nothing_and_its_branches_are_answered_too

FENCES_OF_EXECUTIONS = (
    Fence(rendering.commit_of, "if stored.key.is_fork:", "if False:", silent),
    Fence(run_outcome.following_of, "not (is_fork and _is_for_others(effect))", "True", silent),
    Fence(Carrier._child, "FORK if effect.is_fork else ''", "''", silent),
    Fence(
        recorded_answers._next,
        "or_(table.c.used_by_session.is_(None), mine)",
        "or_(table.c.position >= 0, mine)",
        test_forks.test_each_answer_is_given_again_once_and_costs_nothing,
    ),
    Fence(
        replay.replay_until,
        "_check(turn.events[:events], recorded.trace[:events])",
        "pass",
        test_forks.test_a_step_that_took_another_way_than_is_recorded_is_not_forked,
    ),
    Fence(
        locked_execution._session_of,
        "owned.where(workflows.c.organization_id == organization)",
        "owned",
        test_operator_changes.test_an_organization_changes_no_execution_of_another,
    ),
    Fence(
        operator_changes.move,
        '"wait": {"token": token, "accepts": ["resume"]}',
        '"wait": found.state["wait"]',
        test_operator_changes.test_a_waiting_run_goes_on_at_another_node_with_its_variables,
    ),
    Fence(
        operator_changes.end_as,
        'found.status in (*ENDED, "cancelling")',
        'found.status == "cancelling"',
        test_operator_changes.test_an_operator_completes_an_execution_with_an_output,
    ),
    Fence(TurnRunner._finish, "await insist(lambda: self._values.keep(commit.turn))", "pass", carried),
    Fence(
        validation.plain_input,
        "len(stored) > largest",
        "False",
        partial(test_large_values.test_the_largest_input_that_is_accepted_can_be_run, text="x"),
    ),
    Fence(Statement(sqlite_leases, "TAKE"), " AND NOT s.paused", "", still),
    Fence(Statement(sqlite_leases, "TAKE"), "s.state -> '$.wait.accepts' IS NULL", "true", stays_queued),
    Fence(
        lifecycle.pause,
        "attempt=attempt, ",
        "",
        test_lifecycle.test_a_pause_fences_the_turn_under_way_whose_answers_stay,
    ),
    Fence(
        outside_changes.record,
        "if not holds:",
        "if True:",
        test_lifecycle.test_a_message_to_a_paused_conversation_waits_for_it,
    ),
    Fence(
        cancel.end_run,
        "inbounds.c.session_id == session, is_new()).values(",
        "inbounds.c.session_id == 0).values(",
        test_lifecycle.test_a_cancelled_run_stops_asking_and_leaves_nothing_queued,
    ),
    Fence(
        cancel.cancel_children,
        " and int(token) <= version",
        "",
        test_effects.test_a_late_cancellation_leaves_the_children_of_a_retry_alone,
    ),
    Fence(
        cancel.cancel_children,
        """executions.c.parent_token).where(
        executions.c.parent_session == parent, executions.c.parent_token != "", """,
        # a run that is not waited for has no token, and the cut code must still read a number
        """"0" + executions.c.parent_token).where(
        executions.c.parent_session == parent, """,
        test_effects.test_runs_that_nobody_waits_for_go_on_when_their_starter_is_cancelled,
    ),
    Fence(
        effects._claim,
        "effects.c.due_at <= now()",
        "effects.c.session_id > 0",
        test_effects.test_carrying_an_effect_out_twice_changes_nothing,
    ),
    Fence(
        effects.Effects.cancel,
        "connection.execute(starts)",
        "pass",
        test_crossings.test_branches_that_had_not_begun_in_time_never_begin,
    ),
    Fence(
        cancel.end_with_children,
        "end_run(connection, child, CANCELLED, tell_parent=False)",
        "pass",
        test_effects.test_cancelling_ends_what_is_below_at_once,
    ),
    Fence(
        lifecycle.cancel,
        '("cancelled",) if skip_finally else ("cancelling", "cancelled")',
        "()",
        test_cancelling.test_a_repeated_cancellation_changes_nothing,
    ),
    Fence(
        lifecycle.cancel,
        "skip_finally=skip_finally",
        "skip_finally=False",
        test_cancelling.test_a_cancellation_that_skips_finally_ends_it_at_once,
    ),
    Fence(
        run_outcome._status_of,
        'return "cancelling"',
        "pass",
        test_cancelling.test_a_finally_that_runs_already_is_not_cut_off,
    ),
    Fence(
        effects._end,
        ', executions.c.status == "cancelling")',
        ",)",
        test_cancelling.test_a_retry_is_not_ended_by_the_time_limit_of_the_former_cancellation,
    ),
    Fence(
        begin_cancelling.begin_cancelling,
        "after_s=GRACE_S",
        "after_s=0.0",
        test_cancelling.test_a_finally_that_waits_too_long_is_ended,
    ),
    Fence(
        Statement(sqlite_leases, "TAKE"),
        "b.seq <> coalesce(s.state ->> '$.cancel', 0), ",
        "",
        test_cancelling.test_a_timer_that_goes_off_at_the_same_moment_does_not_let_the_run_go_on,
    ),
    Fence(
        TurnRunner._drive,
        "index in journal and journal[index].fingerprint == fingerprint(ask)",
        "True",
        test_cancelling.test_an_ask_under_way_is_cut_off_and_finally_sees_what_the_turn_had_set,
    ),
    Fence(
        effects.Effects.cancel,
        "effects.c.version <= effect.version,",
        "",
        test_crossings.test_a_late_cancellation_leaves_the_starts_of_a_retry_alone,
    ),
    Fence(
        effects._tell,
        "parent is None or parent.flow_version is None",
        "parent is None",
        test_effects.test_a_child_that_ends_when_its_parent_is_over_is_heard_by_nobody,
    ),
    Fence(
        Carrier._child,
        "effect.depth > DEEPEST",
        "False",
        test_effects.test_a_workflow_that_runs_itself_comes_to_an_end,
    ),
    Fence(
        lifecycle.retry,
        "found.status not in ENDED",
        "False",
        test_lifecycle.test_what_cannot_be_done_is_refused_with_its_reason,
    ),
)
