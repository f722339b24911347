"""twilio.message_received, and twilio.send_message to any number."""

from __future__ import annotations

import re
from dataclasses import replace
from types import MappingProxyType
from typing import Annotated, Literal

from pydantic import Field, model_validator

from botflow.engine.effects import SendMessage
from botflow.engine.node_type import Leave, NodeType, Park, Visit
from botflow.engine.scene import Scene
from botflow.errors import RejectedInbound
from botflow.flow.fields import Duration, Properties, WrongProperty
from botflow.flow.node_spec import Output, Outputs
from botflow.flow.translating.spoken_texts import Spoken
from botflow.flow.widgets import Widget
from botflow.nodes.chatbot.media_and_buttons import MediaList, render_media
from botflow.nodes.triggers.messages import InboundTrigger
from botflow.phone_numbers import E164
from botflow_twilio.address import Address, parse_address, write_address

# A sender may also be a short code or an alphanumeric sender id of at most 11 characters.
# https://www.twilio.com/docs/glossary/what-alphanumeric-sender-id
_SENDER = re.compile(rf"{E164.pattern}|[0-9]{{3,8}}|(?=.*[A-Za-z])[A-Za-z0-9 &+_-]{{1,11}}")


class MessageReceived(InboundTrigger):
    """Starts a conversation with a message that comes by Twilio."""

    name = "twilio.message_received"
    title = "Twilio message received"
    section = "Twilio"
    icon = "message-square"
    provider = "twilio"


TEMPLATE, DELIVERY = "Template", "Delivery"  # groups of properties in a form


class SendMessageProperties(Properties):
    """The message, where it goes, and whether to wait for its delivery."""

    to: Annotated[str, Widget(placeholder="+15551234567")]
    """The number, such as `+15551234567` or `whatsapp:+15551234567`. May be a template. A number without a country code
    belongs to the workflow's `region`."""
    text: Annotated[Spoken, Widget("template-textarea")] = ""
    """The text. May be a template."""
    media: MediaList = ()
    """Files to send: addresses, or objects with `url` and `contentType`."""
    sender: Annotated[str, Widget(placeholder="+15557654321")] = Field(default="", alias="from")
    """The sender. Without it: the number that the person wrote to."""
    content_sid: Annotated[str, Widget(label="Template", placeholder="HX…", group=TEMPLATE)] = ""
    """An approved template at Twilio. WhatsApp accepts nothing else later than 24 hours after the person's last
    message."""
    content_variables: Annotated[
        dict[str, str], Widget(label="Values of the template", group=TEMPLATE, show_when={"contentSid": True})
    ] = Field(default_factory=dict)
    """The values of the template."""
    validity: Annotated[Duration, Widget(group=DELIVERY)] | None = None
    """How long the message may wait to be sent; then it is given up."""
    wait_for: Annotated[Literal["sent", "delivered"], Widget(group=DELIVERY)] | None = None
    """Wait until Twilio reports that the message is `sent` or `delivered`. Needs `BOTFLOW_PUBLIC_URL`."""
    timeout: Annotated[
        Duration, Widget(label="Wait at most", group=DELIVERY, show_when={"waitFor": ("sent", "delivered")})
    ] = 600.0
    """How long to wait for that report; then the node leaves by `failed` with the reason `timeout`."""

    @model_validator(mode="after")
    def _says_something(self) -> SendMessageProperties:
        if self.content_sid:
            if self.text.strip() or self.media:
                message = "a template has its own text and media: leave out text and media, or contentSid"
                raise WrongProperty(message, "contentSid")
        elif not self.text.strip() and not self.media:
            raise WrongProperty("there is nothing to send: give it a text, media or contentSid", "text")
        elif self.content_variables:
            raise WrongProperty("contentVariables are for a template: add its contentSid", "contentVariables")
        return self


class SendTwilioMessage(NodeType):
    """Sends an SMS or a WhatsApp message to any number, after the turn is stored.

    {id: tell, type: twilio, actionType: send_message,
     properties: {to: "+15551234567", text: "Order {{ order }} is ready."}}

    The node leaves by `failed` when Twilio would refuse the message as it is; with `waitFor` also when it was not
    delivered, with `code` and `reason` in the output.
    """

    name = "twilio.send_message"
    title = "Send a message"
    section = "Twilio"
    icon = "send"
    handle_labels = MappingProxyType(
        {
            "next": "On its way, or delivered",
            "failed": "Refused, or not delivered",
        }
    )
    properties = SendMessageProperties

    def handles(self, properties: SendMessageProperties) -> tuple[str, ...]:
        return ("next", "failed")

    def sends(self, properties: SendMessageProperties) -> bool:
        return True

    def rests(self, properties: SendMessageProperties) -> bool:
        return properties.wait_for is not None

    def outputs(self, properties: SendMessageProperties) -> Outputs:
        return {
            "to": Output("text", "the number that it was sent to"),
            "text": Output("text", "the text that was sent"),
            "status": Output("text", "what Twilio has reported, if that was waited for"),
            "code": Output("text", "on `failed`: Twilio's code of the failure"),
            "reason": Output("text", "on `failed`: why it failed"),
        }

    def visit(self, properties: SendMessageProperties, scene: Scene) -> Visit:
        written = scene.render(properties.to).strip()
        message = _message(properties, scene)
        to, sender = _address(written, scene.flow.region or ""), _address(message.sender)
        if to is None or not E164.fullmatch(to.number):
            return Leave("failed", {"to": written, "reason": "to.invalid"})
        if message.sender and not _may_send(sender, to.channel):
            return Leave("failed", {"to": written, "reason": "from.invalid"})
        if not message.text.strip() and not message.media and not message.content_sid:
            return Leave("failed", {"to": written, "reason": "empty"})
        message = replace(message, channel=to.channel, to=to.number, sender=sender.number if sender else "")
        sent = {"to": write_address(to.channel, to.number), "text": message.text}
        if properties.wait_for is not None:
            scene.send(replace(message, awaited_by=scene.group, awaited=properties.wait_for))
            scene.notes["sent"] = sent
            return Park(accepts=("delivery",), for_s=properties.timeout)
        scene.send(message)
        return Leave("next", sent)

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


def _address(written: str, region: str = "") -> Address | None:
    """Parse an author's address; None for a channel that this integration does not carry."""
    try:
        return parse_address(written, region)
    except RejectedInbound:
        return None


def _may_send(sender: Address | None, channel: str) -> bool:
    """Say whether messages on `channel` may come from `sender`. A bare number may also be a WhatsApp number."""
    return sender is not None and sender.channel in ("sms", channel) and bool(_SENDER.fullmatch(sender.number))
