"""A message as Markdown, for clients that show text only: its pictures, files, cards and quick replies as well."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

_SPECIAL = re.compile(r"([\\`*_\[\]<>])")


class Markdown:
    """Writes messages; `base` is where the client reaches this server, for the addresses of files."""

    def __init__(self, base: str) -> None:
        self._base = base

    def __call__(self, message: Mapping[str, Any]) -> str:
        """Return a message in the form of the chat's routes as Markdown."""
        return "\n\n".join(part for part in self._parts(message) if part)

    def with_files(self, message: Mapping[str, Any]) -> str:
        """Return the text and the files only, for clients that get the rest in other ways."""
        return "\n\n".join(part for part in (message["text"], *map(self._medium, message.get("media", ()))) if part)

    def address(self, url: str) -> str:
        """Return a file's address as the client can open it."""
        return self._base + url if url.startswith("/") else url

    def _parts(self, message: Mapping[str, Any]) -> Iterator[str]:
        yield message["text"]
        yield from map(self._medium, message.get("media", ()))
        yield from map(self._card, message.get("cards", ()))
        yield "\n".join(f"- {reply['title']}" for reply in message["quickReplies"])

    def _medium(self, medium: Mapping[str, Any]) -> str:
        name = _plain(medium.get("name") or "file")
        mark = "!" if medium.get("contentType", "").startswith("image/") else ""
        return f"{mark}[{name}]({self._link(medium['url'])})"

    def _card(self, card: Mapping[str, Any]) -> str:
        lines = [f"**{_plain(card['title'])}**" if card.get("title") else "", card.get("text", "")]
        if "picture" in card:
            lines.append(self._medium(card["picture"]))
        for button in card.get("buttons", ()):
            title = _plain(button["title"])
            lines.append(f"- [{title}]({self._link(button['url'])})" if button.get("url") else f"- {title}")
        return "\n".join(line for line in lines if line)

    def _link(self, url: str) -> str:
        return self.address(url).replace("(", "%28").replace(")", "%29").replace(" ", "%20")


def _plain(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", text)
