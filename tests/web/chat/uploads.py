"""A flow that asks for a photo and a place, and what a visitor uploads for it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select

from tests.web.site import Site, Visit

PHOTO = """
botflow: 1
id: photo
nodes:
  - {id: start, type: chatbot, actionType: message_received, next: ask}
  - {id: ask, type: chatbot, actionType: ask, properties: {text: "A photo?", expect: media, variable: photo}, next: at}
  - {id: at, type: chatbot, actionType: ask, properties: {text: Where?, expect: location, variable: place}, next: end}
  - id: end
    type: chatbot
    actionType: say
    properties:
      text: >-
        {{ photo.name }} {{ photo.contentType }} {{ photo.size }}
        at {{ place.latitude }}, {{ place.longitude }} {{ place.label }}
      media: ["{{ photo.url }}", "https://pictures.example/a.png"]
"""
PNG = b"\x89PNG\r\n\x1a\n" + bytes(2_000)


async def upload(visit: Visit, content: Any = PNG, declared: str = "image/png", name: str = "leak.png") -> Any:
    return await visit.site.client.post(
        f"/chat/{visit.workflow}/files?name={name}",
        content=content,
        headers={**visit.headers, "content-type": declared},
    )


async def uploaded(visit: Visit, content: bytes = PNG) -> dict[str, Any]:
    response = await upload(visit, content)
    assert response.status_code == 201, response.text
    return dict(response.json())


def code_of(response: Any) -> tuple[int, str]:
    return response.status_code, response.json()["code"]


async def rows_of(site: Site, table: Any) -> int:
    count = select(func.count()).select_from(table)
    return int(await site.runtime.database.engine.read(lambda connection: connection.execute(count).scalar_one()))
