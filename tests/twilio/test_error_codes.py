"""What each of Twilio's codes means: in the answer to a send, and in a status callback. One row per code."""

from __future__ import annotations

import pytest
from botflow_twilio.delivery_status import parse_status
from botflow_twilio.error_codes import RULES, failed_on_its_way, refused

from botflow.interfaces import WebhookRequest
from botflow.records.outbounds import Retry

# code: what a refused send is, whether it is tried later, how often what failed on its way is sent again, whether the
# whole sender waits, and a word of what people are told.
ROWS = {
    "14107": ("failed", True, 4, False, "replies"),
    "20429": ("failed", True, 0, False, "requests"),
    "21211": ("failed", False, 0, False, "number"),
    "21408": ("failed", False, 0, False, "country"),
    "21610": ("suppressed", False, 0, False, "START"),
    "21611": ("failed", True, 4, True, "queue"),
    "21614": ("failed", False, 0, False, "number"),
    "21617": ("failed", False, 0, False, "1,600"),
    "21635": ("failed", False, 0, False, "landline"),
    "30001": ("failed", True, 4, True, "queue"),
    "30003": ("failed", False, 1, False, "reached"),
    "30005": ("failed", False, 0, False, "unknown"),
    "30006": ("failed", False, 0, False, "landline"),
    "30007": ("failed", False, 0, False, "filtered"),
    "30008": ("failed", False, 1, False, "no reason"),
    "30022": ("failed", True, 4, True, "rate"),
    "63016": ("failed", False, 0, False, "`contentSid`"),
    "63018": ("failed", True, 4, True, "rate"),
}


def test_every_code_of_the_table_has_its_row_here() -> None:
    assert sorted(RULES) == sorted(ROWS)


@pytest.mark.parametrize("code", ROWS)
def test_a_refused_send_is_what_its_code_says(code: str) -> None:
    state, is_later, _, is_slower, word = ROWS[code]

    sent = refused(429 if code == "20429" else 400, code)

    assert (sent.state, sent.error_code, sent.retry is not None) == (state, code, is_later)
    assert word in sent.reason
    if sent.retry is not None:
        assert sent.retry.slower == is_slower
        assert sent.retry.after_s > 0


@pytest.mark.parametrize("code", ROWS)
def test_what_fails_on_its_way_is_sent_again_as_often_as_its_code_says(code: str) -> None:
    _, _, again, is_slower, word = ROWS[code]

    reason, retry = failed_on_its_way(code)

    assert word in reason
    assert (retry.times if retry else 0) == again
    if retry is not None:
        assert (retry.slower, retry.after_s > 0) == (is_slower, True)


def test_a_code_that_is_not_listed_fails_for_good_in_twilios_own_words() -> None:
    sent = refused(400, "21999", "no such thing")

    assert (sent.state, sent.error_code, sent.reason, sent.retry) == ("failed", "21999", "no such thing", None)
    assert failed_on_its_way("21999") == ("", None)


def test_too_many_requests_without_a_code_pass_later() -> None:
    sent = refused(429, "")

    assert (sent.state, sent.error_code, sent.retry) == ("failed", "http.429", Retry(after_s=0.0))


@pytest.mark.parametrize(("status", "code"), [(401, "20003"), (403, ""), (404, "20404")])
def test_a_wrong_account_holds_the_message_for_somebody_to_act(status: int, code: str) -> None:
    sent = refused(status, code)

    assert (sent.state, sent.retry) == ("held", None)
    assert "release" in sent.reason


@pytest.mark.parametrize(("status", "code"), [(500, "20500"), (502, ""), (503, ""), (504, ""), (408, "")])
def test_a_server_error_may_have_come_after_the_message_was_accepted(status: int, code: str) -> None:
    sent = refused(status, code)

    assert (sent.state, sent.error_code, sent.retry) == ("unknown", code or f"http.{status}", None)


@pytest.mark.parametrize(
    ("status", "code", "state", "has_left", "again"),
    [
        ("accepted", "", "sent", False, 0),
        ("queued", "", "sent", False, 0),
        ("sending", "", "sent", False, 0),
        ("sent", "", "sent", True, 0),
        ("delivered", "", "delivered", True, 0),
        ("read", "", "read", True, 0),
        ("undelivered", "30003", "failed", False, 1),
        ("undelivered", "30008", "failed", False, 1),
        ("failed", "30001", "failed", False, 4),
        ("undelivered", "30005", "failed", False, 0),
        ("failed", "21610", "suppressed", False, 0),
        ("canceled", "", "failed", False, 0),
        ("teleported", "", "sent", False, 0),
    ],
)
def test_a_callback_says_where_the_message_is(status: str, code: str, state: str, has_left: bool, again: int) -> None:
    form = (("MessageSid", "SM1"), ("MessageStatus", status), ("ErrorCode", code))

    news = parse_status(WebhookRequest(url="https://x.example.com/?o=1.2.3", form=form, headers={}))

    assert (news.state, news.has_left, news.retry.times if news.retry else 0) == (state, has_left, again)
    assert (news.session, news.wire_id) == (1, "2.3")
