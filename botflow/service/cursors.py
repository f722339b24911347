"""Cursors: the place in a list after which the next page begins, as an opaque text.

A cursor is not signed. It only says where to go on within what its caller may list anyway.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TypeVar

import orjson

from botflow.errors import RejectedInbound
from botflow.service.models import Item, Page

LARGEST_PAGE = 100
PAGE = 50
LONGEST_CURSOR = 1_000
_TIME = "t:"

T = TypeVar("T")


def page_of(
    found: Sequence[T], limit: int, sort: str, key: Callable[[T], Sequence[Any]], shown: Callable[[T], Item]
) -> Page[Item]:
    """Return the first `limit` of what was `found` as a page; one more of them means that there is another page."""
    more = len(found) > limit
    last = found[limit - 1] if more else None
    return Page(
        items=[shown(each) for each in found[:limit]], next=cursor_of(sort, key(last)) if last is not None else None
    )


def read_cursor(cursor: str | None, sort: str, kinds: Sequence[type]) -> list[Any] | None:
    """Return the values of the row after which to go on, of these kinds; RejectedInbound `query.invalid` for a cursor
    of another list or order."""
    if cursor is None:
        return None
    try:
        packed = base64.urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4))
        given_sort, *values = orjson.loads(packed)
        read = [_read(value) for value in values]
    except (ValueError, TypeError, binascii.Error):
        raise _foreign() from None
    if given_sort != sort or [type(value) for value in read] != list(kinds):
        raise _foreign()
    return read


def cursor_of(sort: str, values: Sequence[Any]) -> str:
    """Return the cursor of the page after the row with these values."""
    plain = [f"{_TIME}{value.isoformat()}" if isinstance(value, datetime) else value for value in values]
    return base64.urlsafe_b64encode(orjson.dumps([sort, *plain])).rstrip(b"=").decode("ascii")


def _read(value: Any) -> Any:
    if isinstance(value, str) and value.startswith(_TIME):
        return datetime.fromisoformat(value.removeprefix(_TIME))
    if isinstance(value, str) and "\x00" in value:
        raise ValueError("no database takes NUL")
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        raise ValueError("no column holds this number")
    return value


def _foreign() -> RejectedInbound:
    return RejectedInbound(
        "this cursor is not one of this list in this order",
        code="query.invalid",
        hint="give `cursor` the `next` of the page before, with the same filters and sort",
    )
