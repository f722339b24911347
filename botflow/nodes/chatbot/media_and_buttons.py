"""Media and buttons as an author writes them in a node's properties."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from pydantic import Field

from botflow.engine.effects import QuickReply
from botflow.engine.inbound import Media
from botflow.engine.scene import Scene
from botflow.flow.fields import Properties


class Attachment(Properties):
    """A file to send."""

    url: str
    """The file's address. May be a template."""
    content_type: str = ""
    """The MIME type, if it is known, such as `image/png`."""


class Button(Properties):
    """A quick reply: a button in the chat, a numbered line on a phone."""

    title: str
    """What the person sees."""
    payload: str = ""
    """What the flow receives when the button is pressed. Without it: the title."""


MediaList = Annotated[tuple[str | Attachment, ...], Field(max_length=10)]  # no provider accepts more in one message
Buttons = Annotated[tuple[str | Button, ...], Field(max_length=30)]


def render_media(items: Iterable[str | Attachment], scene: Scene) -> tuple[Media, ...]:
    """Return the attachments with their addresses rendered; empty addresses are left out."""
    rendered = []
    for item in items:
        url, content_type = (item, "") if isinstance(item, str) else (item.url, item.content_type)
        url = scene.render(url).strip()
        if url:
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
