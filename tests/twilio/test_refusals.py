"""What each of Twilio's answers to a send means for the message."""

from __future__ import annotations

import pytest
from botflow_twilio.refusals import refused

from botflow.interfaces import Sent


@pytest.mark.parametrize(
    ("status", "code"),
    [(429, "20429"), (429, ""), (400, "21611"), (400, "30001"), (400, "30022"), (400, "63018"), (400, "14107")],
)
def test_limits_and_full_queues_pass_later(status: int, code: str) -> None:
    assert refused(status, code) == Sent(state="failed", error_code=code or f"http.{status}", retryable=True)


@pytest.mark.parametrize("code", ["21211", "21614", "21635", "30005", "30006", "21408", "21617", "30007", "63016"])
def test_bad_numbers_and_forbidden_messages_fail_for_good(code: str) -> None:
    assert refused(400, code) == Sent(state="failed", error_code=code)


def test_somebody_who_unsubscribed_is_suppressed() -> None:
    assert refused(400, "21610") == Sent(state="suppressed", error_code="21610")


@pytest.mark.parametrize(("status", "code"), [(401, "20003"), (403, ""), (404, "20404")])
def test_a_wrong_account_holds_the_message_for_somebody_to_act(status: int, code: str) -> None:
    assert refused(status, code).state == "held"


@pytest.mark.parametrize(("status", "code"), [(500, "20500"), (502, ""), (503, ""), (504, ""), (408, "")])
def test_a_server_error_may_have_come_after_the_message_was_accepted(status: int, code: str) -> None:
    assert refused(status, code) == Sent(state="unknown", error_code=code or f"http.{status}")
