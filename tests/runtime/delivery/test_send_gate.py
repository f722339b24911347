"""The gate's first questions: has the recipient stopped, is the message still worth sending."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from botflow.engine.effects import SendMessage
from botflow.records.outbounds import StoredOutbound
from botflow.records.sessions import SessionKey
from botflow.runtime.delivery.send_gate import SEND, Passage, first_passage

PART = StoredOutbound(
    session=1,
    version=1,
    index=0,
    seq=1,
    state="sending",
    message=SendMessage(text="Hi", validity_s=60.0),
    key=SessionKey(1, "sms", "+15550199"),
    created_at=datetime.now(UTC),
)


def passage(**more: Any) -> Passage:
    return first_passage(replace(PART, **more))


def test_who_stopped_gets_nothing() -> None:
    found = passage(is_stopped=True)
    assert (found.verdict, found.code) == ("suppress", "consent.stopped")


@pytest.mark.parametrize("age_s", [60.0, 3600.0])
def test_what_is_too_old_is_given_up(age_s: float) -> None:
    found = passage(age_s=age_s)
    assert (found.verdict, found.code, found.reason) == ("fail", "outbox.expired", "it was not sent within 60 seconds")


@pytest.mark.parametrize("more", [{"age_s": 59.9}, {"age_s": 1e6, "message": SendMessage(text="Hi")}])
def test_everything_else_is_sent(more: dict[str, Any]) -> None:
    assert passage(**more) == SEND
