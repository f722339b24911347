"""twilio.send_message: send an SMS or a WhatsApp message to any number."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Literal

from pydantic import Field, model_validator

from botflow.engine.effects import SendMessage
from botflow.engine.node_type import Leave, Park, Visit
from botflow.engine.scene import Scene
from botflow.flow.fields import Duration, Properties
from botflow.flow.graph import Category
from botflow.nodes.chatbot.media_and_buttons import MediaList, render_media

# E.164 (ITU): a plus, a country code that does not begin with 0, at most 15 digits in all.
_ADDRESS = re.compile(r"(whatsapp:)?(\+[1-9][0-9]{6,14})")
# A sender may also be a short code or an alphanumeric sender id of at most 11 characters.
# https://www.twilio.com/docs/glossary/what-alphanumeric-sender-id
_SENDER = re.compile(r"(?:whatsapp:)?\+[1-9][0-9]{6,14}|[0-9]{3,8}|(?=.*[A-Za-z])[A-Za-z0-9 &+_-]{1,11}")
_SPACING = re.compile(r"[\s().-]+")


class SendMessageProperties(Properties):
    """The message, where it goes, and whether to wait for its delivery."""

    to: str
    """The number, such as `+15551234567` or `whatsapp:+15551234567`. May be a template."""
    text: str = ""
    """The text. May be a template."""
    media: MediaList = ()
    """Files to send: addresses, or objects with `url` and `contentType`."""
    sender: str = Field(default="", alias="from")
    """The sender. Without it: the number that the person wrote to."""
    content_sid: str = ""
    """An approved template at Twilio. WhatsApp accepts nothing else later than 24 hours after the person's last
    message."""
    content_variables: dict[str, str] = Field(default_factory=dict)
    """The values of the template."""
    validity: Duration | None = None
    """How long the message may wait to be sent; then it is given up."""
    wait_for: Literal["sent", "delivered"] | None = None
    """Wait until Twilio reports that the message is `sent` or `delivered`. Needs `BOTFLOW_PUBLIC_URL`."""
    timeout: Duration = 600.0
    """How long to wait for that report; then the node leaves by `failed` with the reason `timeout`."""

    @model_validator(mode="after")
    def _says_something(self) -> SendMessageProperties:
        if self.content_sid:
            if self.text.strip() or self.media:
                raise ValueError("a template has its own text and media: leave out text and media, or contentSid")
        elif not self.text.strip() and not self.media:
            raise ValueError("there is nothing to send: give it a text, media or contentSid")
        elif self.content_variables:
            raise ValueError("contentVariables are for a template: add its contentSid")
        return self


class SendTwilioMessage:
    """Sends an SMS or a WhatsApp message to any number, after the turn is stored.

    {id: tell, type: twilio, actionType: send_message,
     properties: {to: "+15551234567", text: "Order {{ order }} is ready."}}

    The node leaves by `failed` when Twilio would refuse the message as it is; with `waitFor` also when it was not
    delivered, with `code` and `reason` in the output.
    """

    name = "twilio.send_message"
    category: Category = "action"
    properties = SendMessageProperties

    def handles(self, properties: SendMessageProperties) -> tuple[str, ...]:
        return ("next", "failed")

    def waits(self, properties: SendMessageProperties) -> bool:
        return False  # for a person: a single run may wait for a delivery, too

    def rests(self, properties: SendMessageProperties) -> bool:
        return properties.wait_for is not None

    def sets(self, properties: SendMessageProperties) -> tuple[str, ...]:
        return ()

    def visit(self, properties: SendMessageProperties, scene: Scene) -> Visit:
        written = scene.render(properties.to).strip()
        address = _ADDRESS.fullmatch(_SPACING.sub("", written))
        message = _message(properties, scene)
        if address is None:
            return Leave("failed", {"to": written, "reason": "to.invalid"})
        if message.sender and not _SENDER.fullmatch(message.sender):
            return Leave("failed", {"to": written, "reason": "from.invalid"})
        if not message.text.strip() and not message.media and not message.content_sid:
            return Leave("failed", {"to": written, "reason": "empty"})
        message = replace(message, channel="whatsapp" if address[1] else "sms", to=address[2])
        if properties.wait_for is not None:
            scene.send(replace(message, awaited_by=scene.group, awaited=properties.wait_for))
            scene.notes["sent"] = {"to": address[0], "text": message.text}
            return Park(accepts=("delivery",), for_s=properties.timeout)
        scene.send(message)
        return Leave("next", {"to": address[0], "text": message.text})

    def resume(self, properties: SendMessageProperties, scene: Scene) -> Visit:
        sent = dict(scene.notes["sent"])
        if scene.inbound.kind != "delivery":
            return Leave("failed", {**sent, "reason": "timeout", "code": "delivery.timeout"})
        news = scene.inbound.parameters
        outcome = {**sent, "status": news["state"], "code": news.get("code", ""), "reason": news.get("reason", "")}
        return Leave("failed" if news["state"] in ("failed", "suppressed") else "next", outcome)


def _message(properties: SendMessageProperties, scene: Scene) -> SendMessage:
    return SendMessage(
        text=scene.render(properties.text),
        media=render_media(properties.media, scene),
        sender=scene.render(properties.sender).strip(),
        content_sid=scene.render(properties.content_sid).strip(),
        content_variables={name: scene.render(value) for name, value in properties.content_variables.items()},
        validity_s=properties.validity,
    )
