"""Files within a message, as data URLs or addresses: they are kept like those that a visitor sends by themselves."""

from __future__ import annotations

import binascii
from base64 import b64decode
from collections.abc import Sequence
from urllib.parse import unquote_to_bytes

from botflow.engine.inbound import CHAT
from botflow.errors import ProviderError, RejectedInbound
from botflow.outgoing_files import read_web_file
from botflow.records.sessions import SessionKey
from botflow.values import value
from botflow.web.chat.body import MOST_FILES
from botflow.web.chat.files import LARGEST_FILE, keep_file
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
    contents = [await _content(desk, speaker, file) for file in given]
    session = (await desk.session_of(speaker.caller, speaker.named, speaker.live.slug)).id
    visitor = None if speaker.address is None else (speaker.external_id, speaker.address)
    kept = [
        await keep_file(desk, session, visitor, name=file.name, declared=declared, content=content)
        for file, (declared, content) in zip(given, contents, strict=True)
    ]
    return [{"id": file.id} for file in kept]


async def _content(desk: Desk, speaker: Speaker, file: GivenFile) -> tuple[str, bytes]:
    """Return the declared type and the bytes of a file. Only servers may send an address: strangers would have us read
    the web for them."""
    if file.url[:5].lower() == "data:":
        return _of_data_url(file.url)
    if speaker.address is not None or not file.url[:8].lower().startswith(("http://", "https://")):
        raise _refused("it is not a data URL")
    try:
        read = await read_web_file(file.url, desk.settings.botflow_flow_networks, LARGEST_FILE)
    except ProviderError as failure:
        raise _refused(failure.message) from None
    except ImportError:
        raise _refused("this server reads no addresses: botflow[http] is not installed") from None
    return read.content_type, read.content


def _of_data_url(url: str) -> tuple[str, bytes]:
    """Return what a data URL holds (RFC 2397)."""
    head, comma, data = url.partition(",")
    declared, *parameters = head[5:].split(";")
    if not comma:
        raise _refused("it is not a whole data URL")
    try:
        is_base64 = "base64" in (parameter.strip().lower() for parameter in parameters)
        return declared, b64decode(data, validate=True) if is_base64 else unquote_to_bytes(data)
    except (binascii.Error, ValueError):
        raise _refused("it is not in base64") from None


def _refused(why: str) -> RejectedInbound:
    return RejectedInbound(
        f"a file of the message cannot be read: {why}",
        code="media.url",
        hint="send the content itself: data:image/png;base64,…",
        status=422,
    )
