"""What a client says, and what it polls: activities.

An activity's `channelData.clientActivityID` makes it unique, as `messageId` does elsewhere: the same one again is the
same turn, and gets the same id. Only messages are passed to the workflow; `typing`, `event` and other kinds are taken,
as Direct Line takes them for bots that do not listen to them.
"""

from __future__ import annotations

import asyncio
import secrets
from base64 import b64decode
from collections.abc import Mapping, Sequence
from typing import Any

from starlette.types import Receive, Scope, Send

from botflow.errors import RejectedInbound
from botflow.web.asgi import header, send_json
from botflow.web.chat.body import LARGEST_BODY, Posted
from botflow.web.chat.files import Uploads
from botflow.web.chat.history import query_fields
from botflow.web.chat.saying import say
from botflow.web.context import Desk, desk_of
from botflow.web.hooks.multipart_form import parse_multipart
from botflow.web.requests.json_body import parse_fields, parse_object
from botflow.web.requests.request_bodies import read_body
from botflow_protocols.callers import Speaker
from botflow_protocols.direct_line.activities import pressed_of
from botflow_protocols.direct_line.members import member_of
from botflow_protocols.direct_line.reading import read_set, shape_of
from botflow_protocols.direct_line.watermark import Watermark
from botflow_protocols.given_files import GivenFile, keep_files

DEEPEST = 12
MESSAGE = "message"
EXAMPLE = '{"type": "message", "text": "hello"}'
LARGEST_UPLOAD = 4 * 1024 * 1024  # as of the Bot Framework: a form is in memory as a whole, unlike a file of the chat
MOST_UNPACKED = 2  # at once: each is in memory several times then


class Activities:
    """conversations/{conversation}/activities: POST says something, GET polls with ?watermark=."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        desk = desk_of(scope)
        if scope["method"] == "POST":
            body = await read_body(scope, receive, LARGEST_BODY)
            speaker = await member_of(desk, scope)
            id = await _say(desk, scope, speaker, parse_object(body, DEEPEST, EXAMPLE), len(body))
            await send_json(send, 200, {"id": id})
            return
        speaker = await member_of(desk, scope)
        mark = Watermark.parse(query_fields(scope).get("watermark", ""))
        stored = await desk.session_of(speaker.caller, speaker.named, speaker.live.slug)
        shape = shape_of(desk, scope, speaker, stored.id)
        await send_json(send, 200, (await read_set(desk, shape, stored, mark)).to_json())


class Upload:
    """POST conversations/{conversation}/upload: files, and the activity that they belong to, as parts of a form; or one
    file as the whole body."""

    def __init__(self) -> None:
        self._uploads = Uploads()
        self._unpacking = asyncio.Semaphore(MOST_UNPACKED)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        desk = desk_of(scope)
        speaker = await member_of(desk, scope)
        stored = await desk.session_of(speaker.caller, speaker.named, speaker.live.slug)
        with self._uploads.place(stored.id, speaker.address):
            body = await read_body(scope, receive, LARGEST_UPLOAD)
            async with self._unpacking:
                activity, files = _uploaded(header(scope, b"content-type") or "", body)
                id = await _say(desk, scope, speaker, activity, len(body), files)
        await send_json(send, 200, {"id": id})


def _uploaded(content_type: str, body: bytes) -> tuple[dict[str, Any], list[GivenFile]]:
    """Return the activity of a form, and its files."""
    activity: dict[str, Any] = {"type": MESSAGE}
    files = []
    for name, part in parse_multipart(content_type, body, DEEPEST, EXAMPLE):
        if name == "activity":
            written = b64decode(part["base64"]) if isinstance(part, dict) and "base64" in part else part
            activity = parse_object(written if isinstance(written, bytes) else str(written).encode(), DEEPEST, EXAMPLE)
        elif isinstance(part, dict) and "base64" in part:
            files.append(GivenFile(url=f"data:{part['contentType']};base64,{part['base64']}", name=part["name"]))
    return activity, files


async def _say(
    desk: Desk,
    scope: Scope,
    speaker: Speaker,
    activity: dict[str, Any],
    size: int,
    files: Sequence[GivenFile] = (),
) -> str:
    """Pass a message on, and return its id; what is no message gets an id of its own, and is forgotten."""
    if activity.get("type") != MESSAGE:
        return f"ignored-{secrets.token_urlsafe(9)}"
    message_id = _name_of(activity)
    kept = await keep_files(desk, speaker, [*files, *_attached(activity)], message_id)
    pressed = pressed_of(activity.get("value"))
    text = _text(activity) or ("…" if files and not kept else "")  # a repeat names no files again
    named = {"externalId": speaker.named} if speaker.named else {}
    fields = {"messageId": message_id, "text": text, "media": kept, **pressed, **named}
    posted = parse_fields(fields, Posted)
    receipt = await say(desk, scope, speaker.live, speaker.caller, posted, size=size, on_stored=lambda _: None)
    return f"i{receipt.id.seq}"


def _name_of(activity: Mapping[str, Any]) -> str:
    """Return what makes the activity unique: the client's own id of it, in one of two places."""
    own = activity.get("channelData")
    named = own.get("clientActivityID") if isinstance(own, dict) else None
    named = named or activity.get("id")
    return named if isinstance(named, str) and named else secrets.token_urlsafe(16)


def _text(activity: Mapping[str, Any]) -> str:
    """Return what is said; a button of the kind `postBack` says its value."""
    text, said = activity.get("text"), activity.get("value")
    if isinstance(text, str) and text:
        return text
    return said if isinstance(said, str) else ""


def _attached(activity: Mapping[str, Any]) -> list[GivenFile]:
    """Return the files within an activity, as data URLs; RejectedInbound for an attachment of another form."""
    attachments = activity.get("attachments") or []
    if not isinstance(attachments, list) or not all(
        isinstance(each, dict) and isinstance(each.get("contentUrl"), str) for each in attachments
    ):
        raise RejectedInbound(
            "an attachment of the activity is no file",
            code="attachment.invalid",
            hint="send files to .../upload, or each as {contentType, contentUrl: data:...}",
            status=422,
        )
    return [GivenFile(url=each["contentUrl"], name=str(each.get("name") or "")) for each in attachments]
