"""Words that a backtracking matcher could divide in very many ways cost one pass, like all others."""

from __future__ import annotations

import pytest
from botflow_twilio import stop_phrases


@pytest.mark.parametrize(
    ("beginning", "pump"),
    [
        ("stop sending me ", "any more "),
        ("no more ", "any any more more "),
        ("", "non merci non "),
        ("ich will ", "keine weiteren "),
        ("", "por favor "),
        ("stop ", "these those "),
    ],
)
def test_a_long_message_is_matched_in_one_pass(beginning: str, pump: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stop_phrases, "LONGEST", 100_000)  # its bound hides what the patterns cost

    assert not stop_phrases.asks_to_stop(beginning + pump * 2_000 + "x")
