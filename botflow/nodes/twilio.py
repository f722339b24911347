"""twilio.send_message: send an SMS or a WhatsApp message to any number."""

from __future__ import annotations

import re

from pydantic import Field, model_validator

from botflow.engine.effects import SendMessage
from botflow.engine.node import Leave, Visit
from botflow.engine.scene import Scene
from botflow.flow.fields import Properties
from botflow.flow.graph import Category
from botflow.nodes.attachment import MediaList, render_media

# E.164 (ITU): a plus, a country code that does not begin with 0, at most 15 digits in all.
_ADDRESS = re.compile(r"(whatsapp:)?(\+[1-9][0-9]{6,14})")
# A sender may also be a short code or an alphanumeric sender id of at most 11 characters.
# https://www.twilio.com/docs/glossary/what-alphanumeric-sender-id
_SENDER = re.compile(r"(?:whatsapp:)?\+[1-9][0-9]{6,14}|[0-9]{3,8}|(?=.*[A-Za-z])[A-Za-z0-9 &+_-]{1,11}")
_SPACING = re.compile(r"[\s().-]+")


class SendMessageProperties(Properties):
    """`to` is an E.164 number or a `whatsapp:` address; without `from` it goes out from where the person wrote to."""

    to: str
    text: str = ""
    media: MediaList = ()
    sender: str = Field(default="", alias="from")

    @model_validator(mode="after")
    def _says_something(self) -> SendMessageProperties:
        if not self.text.strip() and not self.media:
            raise ValueError("there is nothing to send: give it a text or media")
        return self


class SendTwilioMessage:
    """Sends after the commit and leaves by `next`; leaves by `failed` when Twilio would refuse it as it stands."""

    name = "twilio.send_message"
    category: Category = "action"
    properties = SendMessageProperties

    def handles(self, properties: SendMessageProperties) -> tuple[str, ...]:
        return ("next", "failed")

    def waits(self, properties: SendMessageProperties) -> bool:
        return False

    def sets(self, properties: SendMessageProperties) -> tuple[str, ...]:
        return ()

    def visit(self, properties: SendMessageProperties, scene: Scene) -> Visit:
        written = scene.render(properties.to).strip()
        address = _ADDRESS.fullmatch(_SPACING.sub("", written))
        sender = scene.render(properties.sender).strip()
        text = scene.render(properties.text)
        media = render_media(properties.media, scene)
        if address is None:
            return Leave("failed", {"to": written, "reason": "to.invalid"})
        if sender and not _SENDER.fullmatch(sender):
            return Leave("failed", {"to": written, "reason": "from.invalid"})
        if not text.strip() and not media:
            return Leave("failed", {"to": written, "reason": "empty"})
        channel = "whatsapp" if address[1] else "sms"
        scene.send(SendMessage(text=text, media=media, channel=channel, to=address[2], sender=sender))
        return Leave("next", {"to": address[0], "text": text})
