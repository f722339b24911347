"""Where a reader of events goes on: after an event of this feed that is kept, or not at all."""

from __future__ import annotations

import pytest

from botflow.errors import RejectedInbound
from botflow.service.events.events import place_of
from botflow.storage.events.feeds import Feed

FEED = Feed(organization=1, token="0123456789abcdef", last=9, first=5)


def test_a_place_is_an_event_that_is_kept_or_the_one_before_them() -> None:
    assert [place_of(FEED, FEED.event_id(number)) for number in (4, 5, 9)] == [4, 5, 9]


@pytest.mark.parametrize(
    ("id", "code"),
    [
        (FEED.event_id(10), "event.unknown"),
        ("evt_fedcba9876543210_5", "event.unknown"),
        ("nonsense", "event.unknown"),
        (FEED.event_id(3), "event.forgotten"),
    ],
)
def test_no_event_is_passed_over_in_silence(id: str, code: str) -> None:
    with pytest.raises(RejectedInbound) as refused:
        place_of(FEED, id)
    assert refused.value.code == code
