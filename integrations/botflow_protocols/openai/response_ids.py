"""The ids of responses: each holds the workflow, the person and the turn, so nothing is stored for them.

An id opens nothing: a server may name any person of its organization, and a visitor only its own responses.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import NamedTuple

import orjson

from botflow.errors import RejectedInbound

PREFIX = "resp_"
LONGEST = 2_000


class ResponseId(NamedTuple):
    """The turn `seq` of a person's conversation."""

    workflow: str
    external_id: str
    seq: int

    def text(self) -> str:
        return PREFIX + urlsafe_b64encode(orjson.dumps([*self])).decode().rstrip("=")


def parse_response_id(text: str) -> ResponseId:
    """Return what an id names; RejectedInbound `response.unknown` for anything else."""
    encoded = text.removeprefix(PREFIX)
    try:
        held = orjson.loads(urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4))) if len(text) < LONGEST else None
    except ValueError:
        held = None
    match held:
        case [str(workflow), str(external_id), int(seq)] if text.startswith(PREFIX) and 0 < seq < 2**31:
            return ResponseId(workflow, external_id, seq)
    raise unknown_response(text)


def unknown_response(text: str) -> RejectedInbound:
    return RejectedInbound(
        f"there is no response {text[:64]!r} in this conversation",
        code="response.unknown",
        hint="send the id of the last response, or none",
        status=404,
    )
