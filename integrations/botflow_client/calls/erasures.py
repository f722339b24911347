"""Erasures. Written by `python -m docs.generate`: do not edit it."""

from __future__ import annotations

from botflow_client.models.erasures import Erasure
from botflow_client.omit import OMIT, Omit
from botflow_client.pages import AsyncPages, Pages
from botflow_client.request import make_request, segment
from botflow_client.transport import AsyncCaller, Caller


class ErasuresCalls(Caller):
    """Erasures."""

    def erase_person(
        self,
        *,
        external_id: str | Omit | None = OMIT,
        address: str | Omit | None = OMIT,
        user_id: str | Omit | None = OMIT,
        idempotency_key: str | None = None,
    ) -> Erasure:
        """Erase a person: sessions, messages, answers, files, runs for them, caches, and their messages at
        providers. It is carried out in the background; read the erasure for its receipt. Their next message begins a
        new conversation. It needs the scope `people:erase`.
        """
        return self._call(
            Erasure,
            make_request(
                "POST",
                "/api/v1/erasures",
                body={"externalId": external_id, "address": address, "userId": user_id},
                idempotency_key=idempotency_key,
            ),
        )

    def get_erasures(self, *, cursor: str | None = None, limit: int | None = None) -> Pages[Erasure]:
        """List the erasures in your organization, the newest first. It needs the scope `people:erase`."""
        return self._list(Erasure, "/api/v1/erasures", {"cursor": cursor, "limit": limit})

    def get_erasure(self, erasure: str | int) -> Erasure:
        """Read an erasure, with its signed receipt. It needs the scope `people:erase`."""
        return self._call(Erasure, make_request("GET", f"/api/v1/erasures/{segment(erasure)}"))


class AsyncErasuresCalls(AsyncCaller):
    """Erasures."""

    async def erase_person(
        self,
        *,
        external_id: str | Omit | None = OMIT,
        address: str | Omit | None = OMIT,
        user_id: str | Omit | None = OMIT,
        idempotency_key: str | None = None,
    ) -> Erasure:
        """Erase a person: sessions, messages, answers, files, runs for them, caches, and their messages at
        providers. It is carried out in the background; read the erasure for its receipt. Their next message begins a
        new conversation. It needs the scope `people:erase`.
        """
        return await self._call(
            Erasure,
            make_request(
                "POST",
                "/api/v1/erasures",
                body={"externalId": external_id, "address": address, "userId": user_id},
                idempotency_key=idempotency_key,
            ),
        )

    def get_erasures(self, *, cursor: str | None = None, limit: int | None = None) -> AsyncPages[Erasure]:
        """List the erasures in your organization, the newest first. It needs the scope `people:erase`."""
        return self._list(Erasure, "/api/v1/erasures", {"cursor": cursor, "limit": limit})

    async def get_erasure(self, erasure: str | int) -> Erasure:
        """Read an erasure, with its signed receipt. It needs the scope `people:erase`."""
        return await self._call(Erasure, make_request("GET", f"/api/v1/erasures/{segment(erasure)}"))
