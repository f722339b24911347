"""The rows of deeds.py: one provider for each node type that acts on the world."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from functools import partial

from tests.faults.deeds import Provider, Row
from tests.http.service import Heard, Service, answer, open_service

ORDER = """
botflow: 1
id: deeds
name: Deeds
nodes:
  - {id: start, type: chatbot, actionType: message_received, next: order}
  - id: order
    type: http
    actionType: request
    properties: {method: POST, url: "URL/orders", json: {item: bell}, idempotencyKey: KEYED, timeout: 60s}
    on: {next: done, error: failed}
  - {id: done, type: chatbot, actionType: say, properties: {text: Done.}}
  - {id: failed, type: chatbot, actionType: say, properties: {text: "Failed: {{ $order.code }}"}}
"""


class Shop:
    """Takes orders by HTTP; an order with a key that it has seen is the same order."""

    def __init__(self, service: Service, *, is_keyed: bool) -> None:
        self.on_deed: Callable[[], None] = lambda: None
        self._service = service
        self._is_keyed = is_keyed
        service.answers["/orders"] = self._order

    @property
    def environment(self) -> Mapping[str, str]:
        return {"BOTFLOW_FLOW_NETWORKS": "127.0.0.1"}

    def document(self) -> str:
        return ORDER.replace("URL", self._service.url).replace("KEYED", str(self._is_keyed).lower())

    @property
    def calls(self) -> int:
        return len(self._service.heard)

    @property
    def deeds(self) -> int:
        keys = [heard.headers.get("idempotency-key", "") for heard in self._service.heard]
        return keys.count("") + len(set(keys) - {""})

    def _order(self, heard: Heard) -> bytes:
        self.on_deed()
        return answer({"id": 1}, status=201)


@asynccontextmanager
async def shop(*, is_keyed: bool) -> AsyncIterator[Provider]:
    async with open_service() as service:
        yield Shop(service, is_keyed=is_keyed)


ROWS = (
    Row(name="http.request", provider=partial(shop, is_keyed=False), is_idempotent=False),
    Row(name="http.request, idempotencyKey", provider=partial(shop, is_keyed=True), is_idempotent=True),
)
