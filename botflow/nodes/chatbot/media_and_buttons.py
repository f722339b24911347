"""Media and buttons as an author writes them in a node's properties."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Annotated

from pydantic import AfterValidator, Field

from botflow.engine.effects import QuickReply
from botflow.engine.inbound import Media
from botflow.engine.scene import Scene
from botflow.errors import FlowError
from botflow.flow.fields import Properties
from botflow.flow.spoken_texts import Spoken
from botflow.flow.templates.template import is_template

# Complete, or on this server: "/chat/...", as visitors' files have it where the public address is not known, and
# "file:///...", as files that were sent in `botflow chat`; nothing reads them by their address.
_WEB_ADDRESS = re.compile(r"(?:https?://|file:///|/(?!/))[^\x00-\x1f\x7f]+", re.IGNORECASE)


def _address(url: str) -> str:
    if url.strip() and not is_template(url) and not _WEB_ADDRESS.fullmatch(url.strip()):
        raise ValueError("this is no address of a file on the web: begin it with https://")
    return url


Address = Annotated[str, AfterValidator(_address)]


class Attachment(Properties):
    """A file to send."""

    url: Address
    """The file's address. May be a template."""
    content_type: str = ""
    """The MIME type, if it is known, such as `image/png`."""


class Button(Properties):
    """A quick reply: a button in the chat, a numbered line on a phone."""

    title: Spoken
    """What the person sees."""
    payload: str = ""
    """What the flow receives when the button is pressed. Without it: the title."""


MediaList = Annotated[tuple[Address | Attachment, ...], Field(max_length=10)]  # no provider accepts more in one message
Buttons = Annotated[tuple[Spoken | Button, ...], Field(max_length=30)]


def render_media(items: Iterable[str | Attachment], scene: Scene) -> tuple[Media, ...]:
    """Return the attachments with their addresses rendered; empty addresses are left out. FlowError `media.address` for
    one that is no web address, such as `javascript:`, which a page that shows the conversation might open."""
    rendered = []
    for item in items:
        url, content_type = (item, "") if isinstance(item, str) else (item.url, item.content_type)
        url = scene.render(url).strip()
        if url:
            if not _WEB_ADDRESS.fullmatch(url):
                raise FlowError(
                    f"{url[:80]!r} is no address of a file on the web",
                    code="media.address",
                    hint="begin it with https://",
                )
            rendered.append(Media(url=url, content_type=content_type))
    return tuple(rendered)


def render_buttons(items: Iterable[str | Button], scene: Scene) -> tuple[QuickReply, ...]:
    """Return the quick replies with their titles rendered; empty titles are left out."""
    rendered = []
    for item in items:
        title, payload = (item, "") if isinstance(item, str) else (item.title, item.payload)
        title = scene.render(title).strip()
        if title:
            rendered.append(QuickReply(title=title, payload=scene.render(payload) or title))
    return tuple(rendered)
