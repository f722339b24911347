"""Files within a message, as data URLs: they are kept like those that a visitor sends by themselves."""

from __future__ import annotations

import binascii
from base64 import b64decode
from collections.abc import Sequence
from urllib.parse import unquote_to_bytes

from botflow.engine.inbound import CHAT
from botflow.errors import RejectedInbound
from botflow.records.sessions import SessionKey
from botflow.values import value
from botflow.web.chat.body import MOST_FILES
from botflow.web.chat.files import keep_file
from botflow.web.context import Desk
from botflow_protocols.callers import Speaker


@value(frozen=True, slots=True, kw_only=True)
class GivenFile:
    """A file of a message: its address, and its name, "" for none."""

    url: str
    name: str = ""


async def keep_files(desk: Desk, speaker: Speaker, given: Sequence[GivenFile], message_id: str) -> list[dict[str, str]]:
    """Return the files as a message names them; [] for a message that is here already."""
    if not given:
        return []
    if len(given) > MOST_FILES:
        raise RejectedInbound(
            f"the message has more than {MOST_FILES} files", code="media.too_many", hint="send several messages"
        )
    key = SessionKey(speaker.live.workflow, CHAT, speaker.external_id)
    if await desk.runtime.database.turns.find(key, f"m:{message_id}") is not None:
        return []
    contents = [_content(file) for file in given]
    session = (await desk.session_of(speaker.caller, speaker.named, speaker.live.slug)).id
    visitor = None if speaker.address is None else (speaker.external_id, speaker.address)
    kept = [
        await keep_file(desk, session, visitor, name=file.name, declared=declared, content=content)
        for file, (declared, content) in zip(given, contents, strict=True)
    ]
    return [{"id": file.id} for file in kept]


def _content(file: GivenFile) -> tuple[str, bytes]:
    """Return the declared type and the bytes of a data URL (RFC 2397)."""
    head, comma, data = file.url.partition(",")
    if not head[:5].lower() == "data:" or not comma:
        raise RejectedInbound(
            "a file of the message is not a data URL",
            code="media.url",
            hint="send its content: data:image/png;base64,…",
            status=422,
        )
    declared, *parameters = head[5:].split(";")
    try:
        is_base64 = "base64" in (parameter.strip().lower() for parameter in parameters)
        return declared, b64decode(data, validate=True) if is_base64 else unquote_to_bytes(data)
    except (binascii.Error, ValueError):
        raise RejectedInbound(
            "a file of the message is not in base64", code="media.invalid", hint="encode it anew", status=422
        ) from None
