"""Which turn a request is: the same one again, after a lost answer, must not be said twice.

The official clients send no key of their own. They repeat the same body, and count in X-Stainless-Retry-Count; others
repeat it without a count, as "regenerate" does. So a request with the history, or with a count above zero, is the turn
before it if that one was asked by the same messages at the same place. Without a history and a count it is new: "yes"
twice is an answer to two questions.
"""

from __future__ import annotations

import hashlib

import orjson
from starlette.types import Scope

from botflow.engine.inbound import CHAT
from botflow.records.sessions import SessionKey
from botflow.web.asgi import header
from botflow.web.chat.turn_stream import Position
from botflow.web.context import Desk
from botflow_protocols.callers import Speaker, checked_id, filled
from botflow_protocols.openai.asked import Asked

OWN_KEYS = (b"idempotency-key", b"x-openwebui-user-message-id")
CHAT_ID = b"x-openwebui-chat-id"  # its sender always sends the whole history


async def message_id_of(desk: Desk, scope: Scope, speaker: Speaker, asked: Asked, position: Position) -> str:
    """Return the message's id: the client's, else one of what was said and where."""
    for name in OWN_KEYS:
        if (given := filled(scope, name)) is not None:
            return checked_id(given)
    whole = [asked.body["model"], asked.previous, asked.history]
    said = hashlib.sha256(orjson.dumps(whole, option=orjson.OPT_SORT_KEYS)).hexdigest()
    newest, before = (*position.heard, 0, 0)[:2]
    if newest and (asked.has_history or _is_retry(scope) or filled(scope, CHAT_ID) is not None):
        repeated = _id(said, before)
        key = SessionKey(speaker.live.workflow, CHAT, speaker.external_id)
        known = await desk.runtime.database.turns.find(key, f"m:{repeated}")
        if known is not None and known.id.seq == newest:
            return repeated
    return _id(said, newest)


def _id(said: str, after: int) -> str:
    return f"{said[:40]}.{after}"


def _is_retry(scope: Scope) -> bool:
    return (header(scope, b"x-stainless-retry-count") or "0") != "0"
