"""Media and buttons as an author writes them in a node's properties."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from botflow.engine.inbound import Media
from botflow.engine.scene import Scene
from botflow.engine.speech.buttons import QuickReply
from botflow.errors import FlowError
from botflow.flow.fields import Properties, WrongProperty
from botflow.flow.templates.template import is_template
from botflow.flow.translating.spoken_texts import Spoken
from botflow.flow.widgets import Widget

# Complete, or on this server: "/chat/...", as visitors' files have it where the public address is not known, and
# "file:///...", as files that were sent in `botflow chat`; nothing reads them by their address.
_WEB_ADDRESS = re.compile(r"(?:https?://|file:///|/(?!/))[^\x00-\x1f\x7f]+", re.IGNORECASE)

_SCHEMES = "https://, http://, tel: or mailto:"
_LINK = re.compile(
    r"https?://[^\s/\x00-\x1f\x7f][^\s\x00-\x1f\x7f]*|tel:\+?[0-9][0-9().;=a-z-]{1,40}|mailto:[^\s@]{1,64}@[^\s\x00-\x1f\x7f]{1,2000}",
    re.IGNORECASE,
)


def checked_address(url: str) -> str:
    """Return the address of a file, or a template; ValueError for what is no address."""
    if url.strip() and not is_template(url) and not _WEB_ADDRESS.fullmatch(url.strip()):
        raise ValueError("this is no address of a file on the web: begin it with https://")
    return url


Address = Annotated[
    str, AfterValidator(checked_address), Widget(label="Address", placeholder="https://example.com/menu.jpg")
]


class Attachment(Properties):
    """A file to send."""

    url: Address
    """The file's address. May be a template."""
    content_type: Annotated[str, Widget("text", placeholder="image/png")] = ""
    """The MIME type, if it is known, such as `image/png`."""


def checked_link(url: str) -> str:
    """Return the address that a button opens, or a template; ValueError for one that it may not open."""
    if not is_template(url) and not _LINK.fullmatch(url.strip()):
        raise ValueError(f"a button opens no such address: begin it with {_SCHEMES}")
    return url


Link = Annotated[str, Field(max_length=2_000), AfterValidator(checked_link)]


class Button(Properties):
    """A button in the chat, and a line on a phone: a quick reply, or a link."""

    title: Annotated[Spoken, Widget(placeholder="Order")]
    """What the person sees."""
    payload: Annotated[str, Widget(label="What it stands for", placeholder="order")] = ""
    """What the flow receives when the button is pressed. Without it: the title."""
    url: Link | None = None
    """An address that the button opens instead, such as `https://…`, `tel:+15551234567` or `mailto:…`. May be a
    template. In a text message it is written out."""

    @model_validator(mode="after")
    def _does_one_thing(self) -> Button:
        if self.payload and self.url is not None:
            raise WrongProperty("a button has either a payload or a url", "payload")
        return self


MediaList = Annotated[tuple[Address | Attachment, ...], Field(max_length=10)]  # no provider accepts more in one message
Buttons = Annotated[tuple[Spoken | Button, ...], Field(max_length=30)]


def render_media(items: Iterable[str | Attachment], scene: Scene) -> tuple[Media, ...]:
    """Return the attachments with their addresses rendered; empty addresses are left out. FlowError `media.address` for
    one that is no web address, such as `javascript:`, which a page that shows the conversation might open."""
    rendered = []
    for item in items:
        url, content_type = (item, "") if isinstance(item, str) else (item.url, item.content_type)
        if address := rendered_address(scene.render(url)):
            rendered.append(Media(url=address, content_type=content_type))
    return tuple(rendered)


def rendered_address(url: str) -> str:
    """Return the address of a file, "" for none. FlowError `media.address` for one that is no web address."""
    url = url.strip()
    if url and not _WEB_ADDRESS.fullmatch(url):
        raise FlowError(
            f"{url[:80]!r} is no address of a file on the web",
            code="media.address",
            hint="begin it with https://",
        )
    return url


def render_buttons(items: Iterable[str | Button], scene: Scene) -> tuple[QuickReply, ...]:
    """Return the buttons with their titles rendered; those without a title or an address are left out."""
    rendered = []
    for item in items:
        button = Button(title=item) if isinstance(item, str) else item
        title = scene.render(button.title).strip()
        if title and button.url is not None:
            if address := rendered_link(scene.render(button.url)):
                rendered.append(QuickReply(title=title, url=address))
        elif title:
            rendered.append(QuickReply(title=title, payload=scene.render(button.payload) or title))
    return tuple(rendered)


def rendered_link(address: str) -> str:
    """Return the address that a button opens, "" for none. FlowError `button.address` for one that could do more than
    open a page, a call or a mail, such as `javascript:`."""
    address = address.strip()
    if address and not _LINK.fullmatch(address):
        raise FlowError(
            f"{address[:80]!r} is no address that a button may open",
            code="button.address",
            hint=f"begin it with {_SCHEMES}",
        )
    return address
