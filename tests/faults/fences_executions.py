"""The fences of executions: pauses, cancellations, effects, and the promise that breaks without each."""

from __future__ import annotations

from botflow.runtime.runs.effects import Carrier
from botflow.storage.runs import cancel, effects, lifecycle
from botflow.storage.turns import sqlite_leases
from tests.faults.mutation import Fence, Statement
from tests.runtime import test_crossings
from tests.runtime.runs import test_effects, test_lifecycle

still = test_lifecycle.test_a_paused_run_stands_still_and_goes_on_where_it_was
stays_queued = test_effects.test_a_message_stays_queued_while_the_conversation_waits_for_its_children

FENCES_OF_EXECUTIONS = (
    Fence(Statement(sqlite_leases, "TAKE"), " AND NOT s.paused", "", still),
    Fence(Statement(sqlite_leases, "TAKE"), "s.state -> '$.wait.accepts' IS NULL", "true", stays_queued),
    Fence(
        lifecycle._pause,
        "attempt=attempt, ",
        "",
        test_lifecycle.test_a_pause_fences_the_turn_under_way_whose_answers_stay,
    ),
    Fence(
        cancel.record,
        "if not holds:",
        "if True:",
        test_lifecycle.test_a_message_to_a_paused_conversation_waits_for_it,
    ),
    Fence(
        cancel.cancel_run,
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
        test_crossings.test_a_child_whose_start_comes_after_its_cancellation_never_begins,
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
        lifecycle._retry,
        "found.status not in ENDED",
        "False",
        test_lifecycle.test_what_cannot_be_done_is_refused_with_its_reason,
    ),
)
