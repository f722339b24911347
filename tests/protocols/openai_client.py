"""The official Python client, and what a workflow heard from it."""

from __future__ import annotations

from typing import Any

import openai

from tests.protocols.flows import MOMENT, SHOP, SILENT
from tests.web.site import API_KEY, Site

FLOWS = (SHOP, MOMENT, SILENT)


def client_of(site: Site, key: str = API_KEY, **more: Any) -> openai.AsyncOpenAI:
    return openai.AsyncOpenAI(base_url=f"{site.url}/v1", api_key=key, timeout=30, **more)


def user(text: str) -> dict[str, str]:
    return {"role": "user", "content": text}


def bot(text: str) -> dict[str, str]:
    return {"role": "assistant", "content": text}


async def said(client: openai.AsyncOpenAI, *messages: Any, model: str = "order", **more: Any) -> str:
    completion = await client.chat.completions.create(model=model, messages=list(messages), **more)
    return completion.choices[0].message.content or ""


async def heard(site: Site, person: str, workflow: str = "order") -> list[str]:
    """Return what the workflow has heard from a person."""
    response = await site.client.get(
        f"/chat/{workflow}/messages?externalId={person}", headers={"authorization": f"Bearer {API_KEY}"}
    )
    return [entry["text"] for entry in response.json().get("messages", ()) if entry["direction"] == "in"]
