"""Messages of a conversation as Bot Framework activities.

https://github.com/microsoft/botframework-sdk/blob/main/specs/botframework-activity/botframework-activity.md
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from botflow.records.outbounds import StoredOutbound
from botflow.records.turns import TranscriptEntry
from botflow.values import value
from botflow.web.chat.file_links import SessionLinks
from botflow.web.chat.history import OF_MESSAGES, message_json

CHANNEL = "directline"
HERO_CARD = "application/vnd.microsoft.card.hero"
USER = {"id": "user", "role": "user"}


@value(frozen=True, slots=True, kw_only=True)
class Shape:
    """What activities of one conversation have in common. `origin` is where this server is reached."""

    conversation: str
    bot: str
    links: SessionLinks
    origin: str

    def said(self, outbound: StoredOutbound) -> dict[str, Any]:
        """Return a message of the workflow."""
        shown = message_json(outbound, self.links)
        bot = {"id": self.bot, "name": shown.get("author", self.bot), "role": "bot"}
        activity = {
            **self._activity("message", outbound.wire_id, bot, outbound.created_at.isoformat()),
            "text": shown["text"],
            "textFormat": "markdown",
            "replyToId": f"i{outbound.seq}",
        }
        if replies := shown["quickReplies"]:
            actions = [_action(reply, shown.get("question", "")) for reply in replies]
            activity["suggestedActions"] = {"to": [], "actions": actions}
        attachments = [self._file(medium) for medium in shown.get("media", ())]
        cards = [self._card(card, shown.get("question", "")) for card in shown.get("cards", ())]
        if attachments or cards:
            activity["attachments"] = [*attachments, *cards]
            activity["attachmentLayout"] = "carousel" if len(cards) > 1 else "list"
        return activity

    def heard(self, message: TranscriptEntry) -> dict[str, Any]:
        """Return a message of the person, by which a client knows that its own has arrived."""
        activity = {
            **self._activity("message", message.id, USER, message.at.isoformat()),
            "text": message.text,
            "textFormat": "plain",
        }
        if message.key.startswith(OF_MESSAGES):
            activity["channelData"] = {"clientActivityID": message.key.removeprefix(OF_MESSAGES)}
        if media := message.body.get("media"):
            activity["attachments"] = [self._file(medium) for medium in self.links.shown(media, are_own=True)]
        return activity

    def typing(self, person: str = "") -> dict[str, Any]:
        """Return that the workflow, or a person in its place, is writing. It is in no conversation's history."""
        return {**self._activity("typing", "", {"id": self.bot, "name": person or self.bot, "role": "bot"}, "")}

    def ended(self, last: str) -> dict[str, Any]:
        """Return that the conversation has ended, after its message `last`; the next message begins another one."""
        bot = {"id": self.bot, "name": self.bot, "role": "bot"}
        return {**self._activity("endOfConversation", f"{last}.end", bot, ""), "code": "completedSuccessfully"}

    def _activity(self, kind: str, id: str, sender: Mapping[str, str], at: str) -> dict[str, Any]:
        return {
            "type": kind,
            **({"id": id} if id else {}),
            **({"timestamp": at} if at else {}),
            "channelId": CHANNEL,
            "conversation": {"id": self.conversation},
            "from": dict(sender),
        }

    def _file(self, medium: Mapping[str, Any]) -> dict[str, Any]:
        name = {"name": medium["name"]} if medium.get("name") else {}
        return {
            "contentType": medium["contentType"] or "application/octet-stream",
            **name,
            "contentUrl": self._url(medium),
        }

    def _card(self, card: Mapping[str, Any], question: str) -> dict[str, Any]:
        content: dict[str, Any] = {"title": card["title"], "text": card["text"]}
        if "picture" in card:
            content["images"] = [{"url": self._url(card["picture"])}]
        content["buttons"] = [_action(button, question) for button in card["buttons"]]
        return {"contentType": HERO_CARD, "content": content}

    def _url(self, medium: Mapping[str, Any]) -> str:
        url: str = medium["url"]
        return self.origin + url if url.startswith("/") else url


def pressed_of(value: object) -> dict[str, str]:
    """Return what a button of ours says of itself in a message; {} for another value."""
    if not isinstance(value, dict) or not isinstance(value.get("payload"), str):
        return {}
    question = value.get("question")
    return {"payload": value["payload"], **({"question": question} if isinstance(question, str) and question else {})}


def _action(reply: Mapping[str, str], question: str) -> dict[str, Any]:
    """Return a button: it opens an address, or says its title and brings back its payload."""
    title = reply["title"]
    if reply.get("url"):
        return {"type": "openUrl", "title": title, "value": reply["url"]}
    if not reply["payload"]:
        return {"type": "imBack", "title": title, "value": title}
    value = {"payload": reply["payload"], **({"question": question} if question else {})}
    return {"type": "messageBack", "title": title, "text": title, "displayText": title, "value": value}
