"""The fences of the outbox: who may send what and when, and what news may do; and what breaks without each."""

from __future__ import annotations

import inspect
from functools import partial
from typing import Any

from botflow_twilio.channel import TwilioChannel
from botflow_twilio.settings import TwilioSettings

from botflow.clock import SystemClock
from botflow.runtime.delivery import send_gate
from botflow.runtime.delivery.sender import Sender
from botflow.storage.delivery import claim_due, held, outbox, reports
from tests.faults.mutation import Fence, Promise
from tests.runtime.delivery import test_send_gate
from tests.stand_ins.twilio import TwilioStandIn
from tests.storage.delivery import test_held, test_outbox, test_pacing, test_reports
from tests.twilio import test_outbox as test_sender
from tests.twilio import test_repeated_answers
from tests.twilio.outbound_rows import open_rows, sender_of


def with_twilio(promise: Promise) -> Promise:
    """Return a promise about the sender as one that needs a database alone."""

    async def kept(database: Any, database_url: str) -> None:
        with TwilioStandIn() as twilio:
            channel = TwilioChannel(TwilioSettings.from_environment(twilio.environment), SystemClock())
            given = {
                "twilio": twilio,
                "channel": channel,
                "database": database,
                "rows": await open_rows(database, database_url),
                "sender": sender_of(database, dict.fromkeys(channel.names, channel)),
            }
            try:
                await promise(**{name: given[name] for name in inspect.signature(promise).parameters})
            finally:
                await channel.close()

    kept.__name__ = promise.__name__
    return kept


HANDING_OVER = (
    Fence(outbox._hand_over, "in_time.exists(),", "", test_outbox.test_after_reply_by_only_the_sender_may_claim),
    Fence(
        outbox._hand_over,
        "~is_behind.exists(),",
        "",
        test_outbox.test_a_request_does_not_overtake_what_an_earlier_turn_still_sends,
    ),
    Fence(
        outbox._hand_over,
        "outbounds.c.index < limit,",
        "",
        test_outbox.test_a_request_takes_no_more_than_its_answer_holds,
    ),
    Fence(
        outbox._hand_over,
        "or_(outbounds.c.index == 0, _is_in_no_line()),",
        "",
        test_outbox.test_a_request_takes_one_part_of_those_that_must_leave_one_after_the_other,
    ),
    Fence(
        outbox._hand_over,
        'or_(outbounds.c.state == "handed", may_be_handed)',
        "may_be_handed",
        with_twilio(test_repeated_answers.test_a_repeated_answer_is_given_as_much_time_as_the_first),
    ),
    Fence(
        outbox._hand_over,
        '(outbounds.c.state == "handed", 1), else_=0',
        "(outbounds.c.attempts < 0, 1), else_=0",
        with_twilio(test_repeated_answers.test_what_is_answered_again_while_twilio_is_asked_is_not_sent),
    ),
    Fence(
        outbox._is_to_the_person,
        "recipient.is_(None)",
        "recipient.is_not_distinct_from(recipient)",
        test_outbox.test_a_request_never_takes_what_goes_to_somebody_else,
    ),
)

CLAIMING = (
    Fence(
        claim_due._may_still_be_answered_with,
        "inbounds.c.reply_by >= now()",
        "inbounds.c.seq < 0",
        test_outbox.test_until_reply_by_the_sender_leaves_the_parts_alone,
    ),
    Fence(
        claim_due.due_parts,
        "or_(outbounds.c.due_at.is_(None), outbounds.c.due_at <= now()),",
        "",
        test_outbox.test_a_refused_part_waits_before_it_is_ready_again,
    ),
    Fence(
        claim_due._is_behind_another,
        "_is_before(earlier), ",
        "earlier.c.index < 0, ",
        test_outbox.test_a_session_sends_one_part_at_a_time_and_in_order,
    ),
    Fence(
        claim_due._is_behind_another,
        ', last_news >= now(-bindparam("unconfirmed_s", type_=Float))',
        "",
        test_outbox.test_an_unconfirmed_answer_holds_up_what_follows_for_a_while,
    ),
    Fence(
        claim_due._waits_for_the_former,
        "former.c.due_at > now()",
        "former.c.due_at.is_(None)",
        partial(test_reports.test_a_part_in_line_leaves_once_the_former_has_left_or_is_not_heard_of, news=True),
    ),
    Fence(
        claim_due._waits_for_the_former,
        ", former.c.due_at > now()",
        "",
        partial(test_reports.test_a_part_in_line_leaves_once_the_former_has_left_or_is_not_heard_of, news=False),
    ),
    Fence(
        claim_due.due_parts,
        'or_(~sessions.c.paused, sessions.c.state["handoff"].as_string().is_not(None)),',
        "",
        test_outbox.test_nothing_leaves_a_paused_session,
    ),
    Fence(
        claim_due.due_parts,
        ".with_for_update(of=outbounds, key_share=True, skip_locked=True)",
        "",
        test_outbox.test_what_one_sender_claims_another_skips,
        on="postgres",
    ),
    Fence(
        claim_due._has_stopped,
        "is_(None), sessions.c.parked)",
        "is_(None), sessions.c.id < 0)",
        test_outbox.test_what_is_due_for_somebody_who_stopped_says_so,
    ),
    Fence(
        claim_due._has_stopped,
        "theirs.c.parked,",
        "theirs.c.id < 0,",
        test_outbox.test_what_goes_to_others_leaves_also_when_the_sessions_person_has_stopped,
    ),
    Fence(
        claim_due._let_go,
        "ahead_s > AHEAD_S",
        "False",
        test_pacing.test_processes_that_look_at_once_share_one_rate,
    ),
    Fence(
        claim_due.slow_down,
        "where=senders.c.next_at < row.excluded.next_at,",
        "",
        test_pacing.test_a_sender_that_is_slowed_down_lets_nothing_go_until_then,
    ),
    Fence(
        claim_due._has_a_busy_sender,
        "senders.c.next_at > now(AHEAD_S)",
        "senders.c.next_at.is_(None)",
        test_pacing.test_a_slow_sender_holds_up_nobody_elses_parts,
    ),
)

NEWS = (
    Fence(
        outbox._release,
        "outbounds.c.attempts == outbound.attempts,",
        "",
        test_outbox.test_a_released_part_is_claimed_again_and_counts_its_attempts,
    ),
    Fence(
        outbox._release,
        "outbounds.c.state == outbound.state,",
        "",
        test_outbox.test_a_part_whose_fate_became_unknown_is_not_given_back_by_whoever_claimed_it,
    ),
    Fence(
        reports.change_of,
        "part.state not in BEFORE[news.state]",
        "False",
        partial(test_outbox.test_states_move_forward_only, first="delivered", then="sent", moves=False),
    ),
    Fence(
        reports.change_of,
        "not is_current and news.state not in ARRIVED",
        "False",
        partial(test_reports.test_a_late_failure_of_the_former_sending_does_not_fail_the_second, is_known=False),
    ),
    Fence(
        reports.change_of,
        "not news.provider_id and news.attempt not in (None, part.attempts)",
        "False",
        partial(test_reports.test_who_was_frozen_says_nothing_about_the_sending_of_who_went_on, late="failed"),
    ),
    Fence(
        reports.change_of,
        "news.retry.times > len(former)",
        "True",
        test_reports.test_what_did_not_reach_the_phone_is_sent_again_once_and_never_twice,
    ),
    Fence(
        reports._tell,
        "or connection.execute(known).first() is not None",
        "",
        test_reports.test_what_becomes_of_a_message_later_on_is_told_nobody,
    ),
    Fence(
        reports._tell,
        "session.flow_version is None or",
        "",
        test_reports.test_nobody_is_told_of_a_delivery_after_the_execution_has_ended,
    ),
    Fence(
        reports._take_from_others,
        'outbounds.c.state == "sent"',
        'outbounds.c.state == "no"',
        test_reports.test_who_was_given_another_parts_message_by_its_words_is_looked_for_again,
    ),
    Fence(
        held._decide,
        ".where(_is_part(part), IS_HELD)",
        ".where(_is_part(part))",
        test_held.test_what_is_not_held_is_neither_released_nor_dropped,
    ),
)

SENDING = (
    Fence(
        Sender._hand_to_provider,
        "self._clock.monotonic_s() - claimed_s > self._pace.stale_claim_s",
        "False",
        with_twilio(test_sender.test_a_claim_that_has_grown_old_is_not_sent_by_whoever_wakes_up),
    ),
    Fence(
        Sender._match,
        "sent.provider_id not in taken - {outbound.provider_id}",
        "True",
        with_twilio(test_sender.test_equal_words_of_two_sessions_to_one_person_are_each_found_once),
    ),
    Fence(send_gate.first_passage, "outbound.is_stopped", "False", test_send_gate.test_who_stopped_gets_nothing),
    Fence(
        send_gate.first_passage,
        "outbound.age_s >= validity_s",
        "False",
        partial(test_send_gate.test_what_is_too_old_is_given_up, age_s=60.0),
    ),
)

FENCES_OF_THE_OUTBOX = (*HANDING_OVER, *CLAIMING, *NEWS, *SENDING)
