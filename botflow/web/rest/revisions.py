"""ETag and If-Match (RFC 9110, 13.1.1): an edit names the revision that its author saw, and is refused by 412 if that
is not the present one. The tag of what can be edited is its revision."""

from __future__ import annotations

import re
from collections.abc import Mapping
from http import HTTPStatus

from starlette.requests import Request

from botflow.errors import RejectedInbound
from botflow.service.models import Shown

_TAG = re.compile(r'"([0-9]{1,9})"')


def etag_of(answer: Shown) -> Mapping[str, str]:
    """Return the header for an answer that has a revision."""
    revision = getattr(answer, "revision", None)
    return {} if revision is None else {"etag": f'"{revision}"'}


def if_match(request: Request) -> int | None:
    """Return the revision that the caller expects, None for any; RejectedInbound `if_match.invalid`."""
    given = request.headers.get("if-match")
    if given is None or given.strip() == "*":
        return None
    tag = _TAG.fullmatch(given.strip())
    if tag is None:
        raise RejectedInbound(
            f"If-Match is {given[:40]!r}, and not one tag",
            code="if_match.invalid",
            hint='send the ETag as you got it, such as "3" with its quotes',
            status=HTTPStatus.BAD_REQUEST,
        )
    return int(tag[1])
