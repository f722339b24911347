"""The services: which one an address belongs to, and the payload that each of them publishes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlsplit

from botflow_chat_webhook import escaping

ServiceName = Literal["teams", "discord", "mattermost", "slack"]
_HOSTS: Mapping[str, ServiceName] = {
    "hooks.slack.com": "slack",
    "hooks.slack-gov.com": "slack",
    "discord.com": "discord",
    "discordapp.com": "discord",
    "logic.azure.com": "teams",  # Workflows of Teams are flows of Power Automate
    "powerplatform.com": "teams",
    "webhook.office.com": "teams",
}
# https://discord.com/developers/docs/resources/webhook#execute-webhook
LONGEST_DISCORD = 2_000
LONGEST_DISCORD_EMBED = 4_096
LONGEST_DISCORD_TITLE = 256
WITHOUT_PREVIEWS = 1 << 2
# https://developers.mattermost.com/integrate/webhooks/incoming/#parameters
LONGEST_MATTERMOST = 16_383
# https://docs.slack.dev/reference/methods/chat.postMessage#truncating
LONGEST_SLACK = 40_000
# A message of Teams has 28 KB in all: https://learn.microsoft.com/microsoftteams/limits-specifications-teams
LONGEST_TEAMS = 6_000
LONGEST = 40_000


@dataclass(frozen=True, slots=True)
class Service:
    """One service: how a value is escaped, the payload, and what is added to the address."""

    name: ServiceName
    escape: Callable[[str], str]
    payload: Callable[[str, str], dict[str, Any]]
    query: str = ""


def service_of(url: str) -> ServiceName | None:
    """Return the service that an address belongs to, by its host; None when that does not say it."""
    host = (urlsplit(url).hostname or "").rstrip(".")
    return next((name for known, name in _HOSTS.items() if host == known or host.endswith(f".{known}")), None)


def _teams(title: str, text: str) -> dict[str, Any]:
    """An adaptive card, which Workflows post: https://adaptivecards.io/explorer/RichTextBlock.html

    Its rich text reads no Markdown, so a visitor's words can be nothing but words.
    """
    lines = [_line(title, weight="Bolder", size="Medium")] if title else []
    lines += [_line(line) for line in _cut(text, LONGEST_TEAMS).split("\n") if line.strip()]
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.2",
        "body": lines,
    }
    content = {"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": None, "content": card}
    return {"type": "message", "attachments": [content]}


def _line(text: str, **style: str) -> dict[str, Any]:
    return {"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": text, **style}]}


def _discord(title: str, text: str) -> dict[str, Any]:
    """Content, or an embed where there is a title or the text is too long for content."""
    nobody: dict[str, Any] = {"allowed_mentions": {"parse": []}}
    if not title and len(text) <= LONGEST_DISCORD:
        return {"content": text, "flags": WITHOUT_PREVIEWS, **nobody}
    embed = {"title": _cut(title, LONGEST_DISCORD_TITLE), "description": _cut(text, LONGEST_DISCORD_EMBED)}
    return {"embeds": [{name: value for name, value in embed.items() if value}], **nobody}


def _mattermost(title: str, text: str) -> dict[str, Any]:
    return {"text": _cut(f"**{title}**\n{text}" if title else text, LONGEST_MATTERMOST)}


def _slack(title: str, text: str) -> dict[str, Any]:
    whole = _cut(f"*{title}*\n{text}" if title else text, LONGEST_SLACK)
    return {"text": whole, "unfurl_links": False, "unfurl_media": False}


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1] + "…"


SERVICES: Mapping[str, Service] = {
    service.name: service
    for service in (
        Service("teams", escaping.plain, _teams),
        Service("discord", escaping.discord, _discord, query="wait=true"),
        Service("mattermost", escaping.mattermost, _mattermost),
        Service("slack", escaping.slack, _slack),
    )
}
