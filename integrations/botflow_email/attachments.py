"""Files that are attached: what a flow names, and what is read of it when the e-mail is sent."""

from __future__ import annotations

import mimetypes
from collections.abc import Iterable
from typing import Any

from botflow.engine.node_type import ActionContext
from botflow.engine.scene import Scene
from botflow.outgoing_files import UNKNOWN_TYPE, WebFile
from botflow_email.errors import EmailFailure
from botflow_email.mailboxes import one_line
from botflow_email.properties import MOST_ATTACHMENTS, AttachedFile

LARGEST = (
    16 * 1024 * 1024
)  # bytes of all files together; many servers take e-mails of 25 MB, with a third more for base64
LONGEST_NAME = 120
_NOT_IN_NAMES = str.maketrans('/\\"', "___")


def named_files(items: Iterable[AttachedFile], scene: Scene) -> list[dict[str, str]]:
    """Return the files as plain JSON with their templates filled in; EmailFailure `email.attachment`, `.too_many`."""
    found: list[dict[str, str]] = []
    for file in items:
        described = {"name": scene.render(file.name), "contentType": file.content_type}
        if file.text is not None:
            found.append({**described, "text": scene.render(file.text)})
        elif file.artifact is not None:
            found.append({**described, "artifact": scene.render(file.artifact)})
        else:
            found += [{**described, "url": url} for url in _urls(scene.render_value(file.url))]
        if len(found) > MOST_ATTACHMENTS:
            raise EmailFailure(f"there are more than {MOST_ATTACHMENTS} attachments", code="email.too_many")
    return found


def _urls(value: Any) -> list[str]:
    """Return the addresses in a value: a text, an object with `url` as media has it, or a list of such."""
    match value:
        case None:
            return []
        case str():
            return [value.strip()] if value.strip() else []
        case {"url": str(url)}:
            return [url]
        case list():
            return [url for each in value for url in _urls(each)]
    raise EmailFailure("what is to be attached is no address of a file", code="email.attachment")


async def read_files(named: Iterable[dict[str, str]], context: ActionContext) -> list[WebFile]:
    """Return the files, within their bound of bytes; EmailFailure `email.attachment` and `.too_large`, and the
    ProviderErrors of `ActionContext.file`."""
    files: list[WebFile] = []
    left = LARGEST
    for each in named:
        file = await _read(each, left, context)
        left -= len(file.content)
        if left < 0:
            raise EmailFailure(f"the attachments have more than {LARGEST} bytes", code="email.too_large")
        files.append(_described(file, each, len(files) + 1))
    return files


async def _read(named: dict[str, str], left: int, context: ActionContext) -> WebFile:
    if "text" in named:
        return WebFile("", "text/plain", named["text"].encode("utf-8", "replace"))
    if "artifact" in named:
        content = await context.load(named["artifact"])
        if content is None:
            raise EmailFailure(f"this execution has no artifact {named['artifact'][:80]!r}", code="email.attachment")
        return WebFile(named["artifact"], "", content)
    return await context.file(named["url"], left)


def _described(file: WebFile, named: dict[str, str], number: int) -> WebFile:
    """Return the file with the name and the type that the flow gives it, or its own."""
    name = one_line(named["name"]) or one_line(file.name) or f"file-{number}"
    guessed = mimetypes.guess_type(name)[0] or UNKNOWN_TYPE
    content_type = named["contentType"] or (
        file.content_type if file.content_type not in ("", UNKNOWN_TYPE) else guessed
    )
    if "text" in named and not named["contentType"] and guessed.startswith("text/"):
        content_type = guessed
    if content_type.startswith(("multipart/", "message/")):  # they would be read as parts of the e-mail itself
        content_type = UNKNOWN_TYPE
    return WebFile(name.translate(_NOT_IN_NAMES)[:LONGEST_NAME], content_type, file.content)
