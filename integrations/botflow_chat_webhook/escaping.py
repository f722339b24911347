"""Values in messages of each service: shown as they are. No visitor's words call anybody or hide where a link leads."""

from __future__ import annotations

import re

_MARKDOWN = re.compile(r"([\\`*_~|\[\]()<>])")
_MARKDOWN_BESIDE_SLACKS = re.compile(r"([\\`*_~|\[\]()])")
_AFTER_AT = "\u200b"  # a blank without width: the name after it is no mention any more
_LINE_BEGINS = re.compile(r"^([ \t]*(?:[0-9]{1,9}(?=[.)]))?)([#+.)-])", re.MULTILINE)  # a heading or a list


def plain(value: str) -> str:
    """Teams: the text goes into a part of the card that reads no markup."""
    return value


def discord(value: str) -> str:
    """Discord's Markdown: `<@1>`, `[x](https://...)`. What is called `everyone` is also not allowed by the payload.

    https://discord.com/developers/docs/reference#message-formatting
    """
    return _uncalled(_MARKDOWN.sub(r"\\\1", value))


def mattermost(value: str) -> str:
    """Mattermost's Markdown, and the forms of Slack that it reads, too: `<!channel>`, `<https://...|x>`.

    https://developers.mattermost.com/integrate/webhooks/incoming/#slack-compatibility
    """
    return _uncalled(_MARKDOWN_BESIDE_SLACKS.sub(r"\\\1", slack(value)))


def slack(value: str) -> str:
    """Slack's markup: https://docs.slack.dev/messaging/formatting-message-text#escaping"""
    return value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _uncalled(escaped: str) -> str:
    """Return the text without headings, lists and mentions."""
    return _LINE_BEGINS.sub(r"\1\\\2", escaped).replace("@", f"@{_AFTER_AT}")
