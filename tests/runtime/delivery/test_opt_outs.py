"""What opt-out words do: who has stopped gets silence until they start again."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from botflow.engine.endings.opt_outs import opts_in, opts_out, silences
from botflow.engine.inbound import Consent, Inbound


def heard(consent: Consent) -> Inbound:
    return Inbound(kind="message", key="m1", received_at=datetime.now(UTC), seed=1, channel="sms", consent=consent)


@pytest.mark.parametrize(
    ("was_parked", "consent", "is_silent", "changes"),
    [
        (False, "", False, ""),
        (True, "", True, ""),
        (False, "stop", True, "out"),
        (True, "stop", True, "out"),
        (False, "ask_to_stop", True, "out"),
        (False, "start", True, "in"),
        (True, "start", True, "in"),
        (False, "start_if_stopped", False, ""),  # YES is an ordinary answer to whoever had not stopped
        (True, "start_if_stopped", True, "in"),
        (False, "help", True, ""),
        (True, "help", True, ""),
    ],
)
def test_who_stopped_gets_silence_until_they_start_again(
    was_parked: bool, consent: Consent, is_silent: bool, changes: str
) -> None:
    assert silences(was_parked, heard(consent)) is is_silent
    assert opts_out(heard(consent)) is (changes == "out")
    assert opts_in(was_parked, heard(consent)) is (changes == "in")
