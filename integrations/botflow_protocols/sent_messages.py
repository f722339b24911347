"""The last message of a client that sends a list of them, each with an id: the person's, or what it wants again.

The same id with the same content is the same turn. With another content it is new: a conversation with a workflow goes
on from where it is, so an edited message is said now.
"""

from __future__ import annotations

import hashlib
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from typing import Any

import orjson
from starlette.types import Scope

from botflow.records.turns import TurnId
from botflow.values import value
from botflow.web.chat.body import Posted
from botflow.web.chat.turn_stream import Ended, Happening, Position, follow, follow_newest
from botflow.web.context import Desk
from botflow.web.requests.json_body import parse_fields
from botflow_protocols.callers import Speaker
from botflow_protocols.given_files import GivenFile, keep_files


@value(frozen=True, slots=True, kw_only=True)
class SentMessage:
    """A message of the person; `id` is the client's. `pressed` holds the `payload` and `question` of a button."""

    id: str
    text: str
    files: tuple[GivenFile, ...] = ()
    pressed: Mapping[str, str] | None = None

    def key(self) -> str:
        """Return what makes it one message: its id and its content, in a form of bounded length."""
        content = [self.text, [(file.url, file.name) for file in self.files], dict(self.pressed or {})]
        whole = orjson.dumps([self.id, content], option=orjson.OPT_SORT_KEYS)
        return hashlib.sha256(whole).hexdigest()[:40]

    def is_newest(self, position: Position) -> bool:
        """Say whether this is the newest message, as the conversation's history names it."""
        return bool(position.heard) and self.id == f"i{position.heard[0]}" and self.text == position.newest


async def turn_of(
    desk: Desk, scope: Scope, speaker: Speaker, message: SentMessage, position: Position
) -> AsyncGenerator[TurnId | Happening | Ended]:
    """Say a message, and yield what its turn says; for the newest one of the history that turn again."""
    if message.is_newest(position):
        again = follow_newest(desk, scope, speaker.live, speaker.caller, speaker.external_id, position)
        async with aclosing(again):
            async for happening in again:
                yield happening
        return
    files = await keep_files(desk, speaker, message.files, message.key())
    # A repeat names no files again, so it may be blank: what counts of it is the id.
    is_blank = not message.text.strip() and not files and not message.pressed
    fields: dict[str, Any] = {"text": "…" if is_blank and message.files else message.text}
    fields |= {"messageId": message.key(), "media": files, **(message.pressed or {})}
    if speaker.named:
        fields["externalId"] = speaker.named
    posted = parse_fields(fields, Posted)
    size = len(message.text)
    turn = follow(desk, scope, speaker.live, speaker.caller, posted, position, size=size)
    async with aclosing(turn):
        async for happening in turn:
            yield happening
