"""What opt-out words do: who has stopped gets silence until they start again."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from botflow.engine.inbound import Consent, Inbound
from botflow.runtime.delivery.opt_outs import parks, silences


def heard(consent: Consent) -> Inbound:
    return Inbound(kind="message", key="m1", received_at=datetime.now(UTC), seed=1, channel="sms", consent=consent)


@pytest.mark.parametrize(
    ("was_parked", "consent", "is_silent", "is_parked"),
    [
        (False, "", False, False),
        (True, "", True, True),
        (False, "stop", True, True),
        (True, "stop", True, True),
        (False, "ask_to_stop", True, True),
        (False, "start", True, False),
        (True, "start", True, False),
        (False, "start_if_stopped", False, False),  # YES is an ordinary answer to whoever had not stopped
        (True, "start_if_stopped", True, False),
        (False, "help", True, False),
        (True, "help", True, True),
    ],
)
def test_who_stopped_gets_silence_until_they_start_again(
    was_parked: bool, consent: Consent, is_silent: bool, is_parked: bool
) -> None:
    assert silences(was_parked, heard(consent)) is is_silent
    assert parks(was_parked, heard(consent)) is is_parked
