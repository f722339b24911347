"""What follows a turn's commit: messages to send. An effect is data; channels carry it out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from botflow.engine.inbound import Media


@dataclass(frozen=True, slots=True, kw_only=True)
class QuickReply:
    """A button: what it shows, and what comes back when it is pressed."""

    title: str
    payload: str

    def to_json(self) -> dict[str, str]:
        return {"title": self.title, "payload": self.payload}


@dataclass(frozen=True, slots=True, kw_only=True)
class SendMessage:
    """Say something. `to` is empty for the session's own person, else an address on `channel` (`sms`, `whatsapp`).

    `sender` is the address to send from; empty for the one the person wrote to.
    """

    text: str
    media: tuple[Media, ...] = ()
    quick_replies: tuple[QuickReply, ...] = ()
    channel: str = ""
    to: str = ""
    sender: str = ""

    def to_json(self) -> dict[str, Any]:
        full: dict[str, Any] = {
            "text": self.text,
            "media": [medium.to_json() for medium in self.media],
            "quickReplies": [reply.to_json() for reply in self.quick_replies],
            "channel": self.channel,
            "to": self.to,
            "sender": self.sender,
        }
        return {name: value for name, value in full.items() if value or name == "text"}

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> SendMessage:
        return cls(
            text=stored["text"],
            media=tuple(
                Media(url=medium["url"], content_type=medium.get("contentType", ""))
                for medium in stored.get("media", ())
            ),
            quick_replies=tuple(
                QuickReply(title=reply["title"], payload=reply["payload"]) for reply in stored.get("quickReplies", ())
            ),
            channel=stored.get("channel", ""),
            to=stored.get("to", ""),
            sender=stored.get("sender", ""),
        )
