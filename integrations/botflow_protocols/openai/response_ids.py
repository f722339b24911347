"""The ids of responses: each holds the workflow and the turn, so nothing is stored for them, and no person is named.

An id opens nothing: a server reaches the conversations of its organization, and a visitor only the own one, whose
number the id of a visitor's response does not tell.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import NamedTuple

import orjson

from botflow.engine.inbound import CHAT
from botflow.errors import RejectedInbound
from botflow.records.turns import TurnId
from botflow.web.auth.callers import Visitor
from botflow.web.context import Desk
from botflow_protocols.callers import Speaker

PREFIX = "resp_"
LONGEST = 200
LARGEST = 2**31


class ResponseId(NamedTuple):
    """The turn `seq` of a session; `session` is 0 for a visitor, whose token says it."""

    workflow: str
    session: int
    seq: int

    def text(self) -> str:
        return PREFIX + urlsafe_b64encode(orjson.dumps([*self])).decode().rstrip("=")


def response_id(speaker: Speaker, turn: TurnId) -> str:
    """Return the id of the response to a turn."""
    session = 0 if isinstance(speaker.caller, Visitor) else turn.session
    return ResponseId(speaker.live.slug, session, turn.seq).text()


def parse_response_id(text: str) -> ResponseId:
    """Return what an id names; RejectedInbound `response.unknown` for anything else."""
    encoded = text.removeprefix(PREFIX)
    try:
        held = orjson.loads(urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4))) if len(text) <= LONGEST else None
    except ValueError:
        held = None
    match held:
        case [str(workflow), int(session), int(seq)] if text.startswith(PREFIX):
            if 0 <= session < 2**63 and 0 < seq < LARGEST:
                return ResponseId(workflow, session, seq)
    raise unknown_response(text)


async def person_of(desk: Desk, named: ResponseId) -> str | None:
    """Return the person of the response's conversation, None for a visitor's. The caller checks that it may name it."""
    if not named.session:
        return None
    live = desk.runtime.flows.get(named.workflow)
    stored = await desk.runtime.database.turns.load_by_id(named.session)
    if stored is None or (stored.key.workflow, stored.key.channel) != (live.workflow, CHAT):
        raise unknown_response(named.text())
    return stored.key.external_id


def unknown_response(text: str) -> RejectedInbound:
    return RejectedInbound(
        f"there is no response {text[:64]!r} in this conversation",
        code="response.unknown",
        hint="send the id of the last response, or none",
        status=404,
    )
