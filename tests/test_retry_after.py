"""For how long a receiver wants to be left alone: what its answer says, or nothing."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from botflow.retry_after import retry_after_s

NOW = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("status", "header", "seconds"),
    [
        (429, "120", 120),
        (503, " 7 ", 7),
        (503, "Fri, 27 Nov 2026 12:10:00 GMT", 600),
        (503, "Fri, 27 Nov 2026 12:10:00", 600),
        (503, "Fri, 27 Nov 2026 11:00:00 GMT", 0),
        (500, "120", 0),
        (302, "120", 0),
        (429, None, 0),
        (429, "", 0),
        (429, "-5", 0),
        (429, "1.5", 0),
        (429, "soon", 0),
        (429, "٣", 0),
        (429, "9" * 41, 0),
        (503, "Fri, 31 Dec 99999 12:00:00 GMT", 0),
    ],
)
def test_seconds_and_dates_are_understood(status: int, header: str | None, seconds: float) -> None:
    assert retry_after_s(status, header, NOW) == seconds


@given(header=st.text(max_size=60))
def test_no_header_breaks_it(header: str) -> None:
    assert retry_after_s(503, header, NOW) >= 0
