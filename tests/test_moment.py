"""A date or a time as commands and queries write it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from botflow.moment import parse_moment


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2026-11-01", datetime(2026, 11, 1, tzinfo=UTC)),
        ("2026-11-01T09:30", datetime(2026, 11, 1, 9, 30, tzinfo=UTC)),
        ("2026-11-01 09:30:15", datetime(2026, 11, 1, 9, 30, 15, tzinfo=UTC)),
        ("2026-11-01T09:30:00Z", datetime(2026, 11, 1, 9, 30, tzinfo=UTC)),
        ("2026-11-01T09:30:00.5+02:00", datetime(2026, 11, 1, 7, 30, 0, 500_000, tzinfo=UTC)),
        ("2026-11-01T09:30:00 02:00", datetime(2026, 11, 1, 7, 30, tzinfo=UTC)),  # a + that was not encoded
    ],
)
def test_iso_8601_is_read_as_utc_unless_it_names_an_offset(written: str, moment: datetime) -> None:
    assert parse_moment(written, "after") == moment


@pytest.mark.parametrize(
    "written",
    [
        *("", "1", "2026", "2027", "20261127", "1795737600", "1795737600.5", "-1", "1e9", "2026-11", "2026-1-5"),
        *("2026-W48", "2026-W48-5", "2026-331", "2026-11-31", "2026-11-01T09", "2026-11-01T25:00", "01.11.2026"),
        *("yesterday", "0001-01-01T00:00:00+14:00", "\u0662\u0660\u0662\u0666-11-01", "2026-11-01" + "0" * 50_000),
    ],
)
def test_all_else_is_refused_and_never_a_count_of_seconds(written: str) -> None:
    with pytest.raises(ValueError, match=r"^after is a date or a time, such as 2026-11-01 or 2026-11-01T09:30:00Z$"):
        parse_moment(written, "after")
