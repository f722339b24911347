"""Whose conversation a request is about. A conversation's id is its person's external id, in letters for addresses.

A visitor has one conversation, its own. A server with an API key names whose it means by the id; the names that clients
write into activities (`from`, `user`) are no secrets and count for nothing.
"""

from __future__ import annotations

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode

from starlette.types import Scope

from botflow.errors import RejectedInbound
from botflow.web.auth.callers import Visitor
from botflow.web.context import Desk
from botflow_protocols.callers import Speaker, speaker_of
from botflow_protocols.direct_line import DIRECT_LINE

LONGEST = 1_200  # characters: of 200 that take four bytes each


async def member_of(desk: Desk, scope: Scope) -> Speaker:
    """Return who speaks, in the conversation that the address names; RejectedInbound and Refused for anyone else."""
    params = scope["path_params"]
    speaker = await speaker_of(desk, scope, params["workflow"], DIRECT_LINE, person_of(params["conversation"]))
    if isinstance(speaker.caller, Visitor):
        check_person(speaker.caller, params["conversation"])
    return speaker


def check_person(visitor: Visitor, conversation: str) -> str:
    """Return the visitor's external id; RejectedInbound `conversation.unknown` unless the conversation is theirs."""
    if person_of(conversation) != visitor.external_id:
        raise _unknown()
    return visitor.external_id


def conversation_of(external_id: str) -> str:
    """Return the id of a person's conversation."""
    return urlsafe_b64encode(external_id.encode()).decode().rstrip("=")


def person_of(conversation: str) -> str:
    """Return the external id of a conversation's person; RejectedInbound `conversation.unknown`."""
    try:
        if len(conversation) > LONGEST:
            raise ValueError(conversation[:10])
        return urlsafe_b64decode(conversation.encode() + b"=" * (-len(conversation) % 4)).decode()
    except (ValueError, binascii.Error):
        raise _unknown() from None


def _unknown() -> RejectedInbound:
    return RejectedInbound(
        "there is no such conversation, or it is not yours",
        code="conversation.unknown",
        hint="start one with POST .../v3/directline/conversations",
        status=404,
    )
