"""The fences of consent and cost, and the promise that breaks without each."""

from __future__ import annotations

from functools import partial

from botflow.engine.endings import opt_outs
from botflow.runtime.delivery import consent_gate, loop_breaker
from botflow.runtime.delivery.consent_gate import ConsentGate
from botflow.runtime.delivery.opt_outs import ConsentKeeper
from botflow.storage import consent_changes, consent_turns, spending
from botflow.storage.delivery import gate_facts
from botflow.storage.runs.changes import freed_sessions
from tests.faults.mutation import Expression, Fence
from tests.runtime.delivery import test_loop_breaker
from tests.storage import test_spending
from tests.twilio import (
    test_consent,
    test_consent_gate,
    test_consent_repeats,
    test_freed_elsewhere,
    test_generated_handoff_stops,
    test_one_address,
    test_pumping,
    test_stop_races,
)

many = partial(
    test_spending.test_however_many_spend_at_once_no_cap_is_passed, seed=0, database_kind="with a fence cut out"
)
old_yes = partial(test_consent_repeats.test_an_old_opt_in_that_comes_again_after_a_stop_opts_nobody_in, word="YES")
elsewhere = test_consent_repeats.test_a_repetition_that_reaches_another_workflow_changes_nothing
held = partial(test_consent_gate.test_segments_beyond_a_cap_are_held_with_evidence, scope="contact")
any_order = test_generated_handoff_stops.test_a_return_and_a_stop_in_any_order_lose_nothing_and_say_nothing
returned = partial(any_order, start="START", policy={})

FENCES_OF_CONSENT = (
    Fence(
        consent_gate.judge,
        "if facts.is_stopped:",
        "if False:",
        test_consent.test_what_is_committed_later_is_not_sent_either,
    ),
    Fence(
        consent_gate.judge,
        "is_unasked(facts.now, facts.wrote_at)",
        "True",
        test_consent_gate.test_who_has_just_written_gets_the_answer_in_the_night_too,
    ),
    Fence(
        consent_gate.needs_gate,
        "bool(policy.countries)",
        "False",
        test_consent_gate.test_countries_hold_for_answers_too,
    ),
    Fence(consent_gate.needs_gate, "caps_segments(policy)", "False", held),
    Fence(
        loop_breaker._reason,
        "if at > since",
        "",
        test_loop_breaker.test_a_person_is_heard_after_the_pause_whatever_came_during_it,
    ),
    Fence(
        consent_changes.stop,
        "for decision in suppress(connection, contact)",
        "for decision in ()",
        test_consent.test_whatever_is_queued_for_them_is_suppressed_at_once_wherever_it_comes_from,
    ),
    Fence(
        consent_changes.stop,
        "park(connection, key, channels, except_for=parked_already)",
        "pass",
        test_consent.test_a_stop_holds_in_every_workflow,
    ),
    Fence(
        ConsentKeeper.parked_if_stopped,
        "await self._contacts.is_stopped(stored.key)",
        "False",
        test_consent.test_the_first_message_to_another_workflow_meets_silence,
    ),
    Fence(
        ConsentKeeper.after_first_commit,
        "await self._contacts.park_if_stopped(key)",
        "False",
        test_consent.test_a_new_session_that_a_stop_did_not_see_is_parked_by_whoever_made_it,
    ),
    Fence(
        ConsentKeeper._is_news,
        "await self._contacts.was_stopped_by(key, inbound.key)",
        "True",
        test_consent.test_two_requests_that_overtake_a_turn_are_confirmed_once,
    ),
    Fence(
        consent_changes.may_start,
        "bool(connection.execute(is_older).scalar())",
        "True",
        test_consent.test_a_start_that_waits_opens_nothing_when_another_workflow_heard_a_stop_since,
    ),
    Fence(
        opt_outs.opts_in,
        'inbound.consent == "start" or ',
        "",
        test_consent.test_start_frees_whoever_had_stopped_also_where_nobody_noticed,
    ),
    Fence(
        opt_outs.taken_up,
        "if not accepts(session, inbound) and",
        "if False and",
        test_consent.test_who_stops_while_the_flow_waits_for_runs_is_heard_again_after_a_start,
    ),
    Fence(opt_outs.taken_up, " and not session.awaits_return", "", returned),
    Fence(consent_changes.start, "queue_unheard(connection, row)", "pass", returned),
    Fence(
        consent_changes.start,
        "free(connection, row)",
        "pass",
        test_consent.test_start_frees_every_workflow_and_leaves_evidence,
    ),
    Fence(
        freed_sessions.free, "wake_at=_deadline(wait)", "wake_at=None", test_freed_elsewhere.test_a_wait_begins_again
    ),
    Fence(
        freed_sessions.free,
        "queue_unheard(connection, row)",
        "pass",
        test_freed_elsewhere.test_the_end_of_a_run_is_heard_after_all,
    ),
    Fence(
        consent_turns._start_with_person,
        "and is_freed:",
        "and False:",
        partial(any_order, start="START", policy={"countries": ["US"]}),
    ),
    Fence(
        consent_turns._commit_stop,
        "if turn is not None:",
        "if True:",
        partial(test_consent_repeats.test_an_old_opt_out_that_comes_again_after_a_start_stops_nobody, text="STOP"),
    ),
    Fence(consent_turns._commit_start, "if turn is not None:", "if True:", old_yes),
    Fence(consent_turns._commit_start, "if turn is not None:", "if True:", old_yes, on="postgres"),
    Fence(
        consent_turns._commit_stop,
        "or is_repeated(connection, key, commit.read.id, subject)",
        "",
        partial(elsewhere, said="STOP", then="START", stopped=False),
    ),
    Fence(
        consent_changes.may_start,
        "and not is_repeated(connection, key, session, subject)",
        "",
        partial(elsewhere, said="YES", then="STOP", stopped=True),
    ),
    Fence(
        consent_turns._may_start,
        "return may_start(connection, key, commit.read.id, inbound.key, inbound.received_at)",
        "return True",
        test_consent_repeats.test_a_stop_between_the_look_and_the_commit_of_a_start_wins,
    ),
    Fence(
        consent_changes.park_if_stopped,
        ".with_for_update(read=True)",
        "",
        test_stop_races.test_whoever_makes_a_session_waits_for_the_stop_that_is_under_way,
        on="postgres",
    ),
    Fence(
        Expression(gate_facts, "CONTACT"),
        ".with_for_update(read=True)",
        "",
        test_stop_races.test_a_part_waits_for_the_stop_that_is_under_way,
        on="postgres",
    ),
    Fence(
        gate_facts._reserve,
        "if connection.execute(once).first() is not None:",
        "if True:",
        test_consent_gate.test_an_answer_that_a_request_takes_along_counts_once_however_often_it_is_asked_for,
    ),
    Fence(
        gate_facts._reserve,
        "reserve(connection, bounds, Amount(segments=1))",
        "pass",
        test_pumping.test_one_stranger_gets_twenty_messages_a_day_from_however_many_visitors,
    ),
    Fence(
        ConsentGate._address_of,
        "provider.normal_address(written)",
        "written",
        test_one_address.test_the_gate_looks_at_the_normal_form_again,
    ),
    Fence(spending._has_room, "return and_(*room)", "return true()", many),
    Fence(spending._has_room, "return and_(*room)", "return true()", many, on="postgres"),
    Fence(
        spending.reserve,
        "if not amount.fits(scope.cap):",
        "if False:",
        test_spending.test_the_first_amount_must_fit_too,
    ),
)
