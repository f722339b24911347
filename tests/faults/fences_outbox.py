"""The fences of the outbox: who may send what and when, and what news may do; and what breaks without each."""

from __future__ import annotations

import inspect
from functools import partial
from typing import Any

from botflow_twilio.channel import open_channel

from botflow.clock import SystemClock
from botflow.runtime.delivery import send_gate
from botflow.runtime.delivery.sender import Outbox as Sender
from botflow.settings import Settings
from botflow.storage.delivery import claim_due, reports
from botflow.storage.delivery.claim_due import Claims
from botflow.storage.delivery.held import Held
from botflow.storage.delivery.outbox import Outbox, _is_to_the_person
from botflow.storage.delivery.reports import Deliveries
from tests.faults.mutation import Fence, Promise, Statement
from tests.runtime.delivery import test_send_gate
from tests.stand_ins.twilio import TwilioStandIn
from tests.storage.delivery import test_held, test_outbox, test_pacing, test_reports
from tests.twilio import test_outbox as test_sender
from tests.twilio import test_repeated_answers
from tests.twilio.outbound_rows import Rows


def with_twilio(promise: Promise) -> Promise:
    """Return a promise about the sender as one that needs a database alone."""

    async def kept(database: Any, database_url: str) -> None:
        published = await database.flows.publish("pizza", "Pizza", "digest", {"pizza": {}})
        with TwilioStandIn() as twilio:
            channel = open_channel(Settings.from_environment(twilio.environment), SystemClock())
            carried = dict.fromkeys(channel.names, channel)
            given = {
                "twilio": twilio,
                "channel": channel,
                "database": database,
                "rows": Rows(database, database_url, published.workflow, published.version),
                "outbox": Sender(database.outbox, carried, status_url=lambda part, provider: None, clock=SystemClock()),
            }
            try:
                await promise(**{name: given[name] for name in inspect.signature(promise).parameters})
            finally:
                await channel.close()

    kept.__name__ = promise.__name__
    return kept


DUE = Statement(claim_due, "DUE")

HANDING_OVER = (
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
        Outbox.hand_over,
        "or_(outbounds.c.index == 0, _is_in_no_line()),",
        "",
        test_outbox.test_a_request_takes_one_part_of_those_that_must_leave_one_after_the_other,
    ),
    Fence(
        Outbox.hand_over,
        'or_(outbounds.c.state == "handed", may_be_handed)',
        "may_be_handed",
        with_twilio(test_repeated_answers.test_a_repeated_answer_is_given_as_much_time_as_the_first),
    ),
    Fence(
        Outbox.hand_over,
        '(outbounds.c.state == "handed", 1), else_=0',
        "(outbounds.c.attempts < 0, 1), else_=0",
        with_twilio(test_repeated_answers.test_what_is_answered_again_while_twilio_is_asked_is_not_sent),
    ),
    Fence(
        _is_to_the_person,
        "recipient.is_(None)",
        "recipient.is_not_distinct_from(recipient)",
        test_outbox.test_a_request_never_takes_what_goes_to_somebody_else,
    ),
)

CLAIMING = (
    Fence(DUE, "i.reply_by >= {now}", "false", test_outbox.test_until_reply_by_the_sender_leaves_the_parts_alone),
    Fence(
        DUE,
        "AND (o.due_at IS NULL OR o.due_at <= {now})",
        "",
        test_outbox.test_a_refused_part_waits_before_it_is_ready_again,
    ),
    Fence(
        DUE,
        """AND (e.version < o.version OR (e.version = o.version AND e."index" < o."index"))""",
        "AND false",
        test_outbox.test_a_session_sends_one_part_at_a_time_and_in_order,
    ),
    Fence(
        DUE,
        "(e.state <> 'handed' OR coalesce(e.updated_at, e.created_at) >= {unconfirmed})",
        "e.state <> 'handed'",
        test_outbox.test_an_unconfirmed_answer_holds_up_what_follows_for_a_while,
    ),
    Fence(
        DUE,
        "AND b.due_at > {now}",
        "AND false",
        partial(test_reports.test_a_part_in_line_leaves_once_the_former_has_left_or_is_not_heard_of, news=True),
    ),
    Fence(
        DUE,
        "b.state = 'sent' AND b.due_at > {now}",
        "b.state = 'sent'",
        partial(test_reports.test_a_part_in_line_leaves_once_the_former_has_left_or_is_not_heard_of, news=False),
    ),
    Fence(DUE, "AND NOT s.paused", "", test_outbox.test_nothing_leaves_a_paused_session),
    Fence(DUE, "{limit} {lock}", "{limit}", test_outbox.test_senders_that_look_at_once_share_the_work, on="postgres"),
    Fence(
        DUE,
        "THEN s.parked ELSE",
        "THEN false ELSE",
        test_outbox.test_what_is_due_for_somebody_who_stopped_says_so,
    ),
    Fence(
        DUE,
        "AND r.parked",
        "AND false",
        test_outbox.test_what_goes_to_others_leaves_also_when_the_sessions_person_has_stopped,
    ),
    Fence(
        Claims._let_go,
        "ahead_s > AHEAD_S",
        "False",
        test_pacing.test_processes_that_look_at_once_share_one_rate,
    ),
    Fence(
        Statement(claim_due, "SLOW_DOWN"),
        "WHERE senders.next_at < excluded.next_at",
        "",
        test_pacing.test_a_sender_that_is_slowed_down_lets_nothing_go_until_then,
    ),
    Fence(
        DUE,
        "AND p.next_at > {ahead}",
        "AND false",
        test_pacing.test_a_slow_sender_holds_up_nobody_elses_parts,
    ),
)

NEWS = (
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
        Deliveries._tell,
        "or (await connection.execute(known)).first() is not None",
        "",
        test_reports.test_what_becomes_of_a_message_later_on_is_told_nobody,
    ),
    Fence(
        Deliveries._tell,
        "session.flow_version is None or",
        "",
        test_reports.test_nobody_is_told_of_a_delivery_after_the_execution_has_ended,
    ),
    Fence(
        Deliveries._take_from_others,
        'outbounds.c.state == "sent"',
        'outbounds.c.state == "no"',
        test_reports.test_who_was_given_another_parts_message_by_its_words_is_looked_for_again,
    ),
    Fence(
        Held._decide,
        ".where(_is_part(part), IS_HELD)",
        ".where(_is_part(part))",
        test_held.test_what_is_not_held_is_neither_released_nor_dropped,
    ),
)

SENDING = (
    Fence(
        Sender._hand_to_provider,
        "self._clock.monotonic_s() - claimed_s > STALE_CLAIM_S",
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
        test_send_gate.test_what_is_too_old_is_given_up,
    ),
)

FENCES_OF_THE_OUTBOX = (*HANDING_OVER, *CLAIMING, *NEWS, *SENDING)
