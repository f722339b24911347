"""The conversation so far as UI messages, for a page that was loaded anew: `useChat({messages})`."""

from __future__ import annotations

from typing import Any

from botflow.web.chat.file_links import SessionLinks
from botflow.web.chat.history import Query, read_page
from botflow.web.context import Desk
from botflow_protocols.ai_sdk.chunks import parts_beside

PAGE = 100


async def ui_messages(desk: Desk, session: int, links: SessionLinks, base: str) -> list[dict[str, Any]]:
    """Return the newest messages; those that the workflow said one after the other are one."""
    query = Query(limit=PAGE)
    page = await read_page(desk.runtime.database.transcripts, session, query, links)
    messages: list[dict[str, Any]] = []
    for entry in page["messages"]:
        role = "user" if entry["direction"] == "in" else "assistant"
        text = [{"type": "text", "text": entry["text"]}] if entry["text"] else []
        parts = [*text, *parts_beside(entry, base, entry["id"])]
        if role == "assistant" and messages and messages[-1]["role"] == "assistant":
            messages[-1]["parts"].extend(parts)
        else:
            messages.append({"id": entry["id"], "role": role, "parts": parts})
    return messages
