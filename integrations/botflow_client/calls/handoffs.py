"""Handoffs. Written by `python -m docs.generate`: do not edit it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from botflow_client.models.handoffs import Handoff, HandoffTimes
from botflow_client.omit import OMIT, Omit
from botflow_client.pages import AsyncPages, Pages
from botflow_client.request import make_request, segment
from botflow_client.transport import AsyncCaller, Caller


class HandoffsCalls(Caller):
    """Handoffs."""

    def get_handoffs(
        self,
        *,
        cursor: str | None = None,
        limit: int | None = None,
        workflow: str | None = None,
        state: Literal["open", "waiting", "claimed", "ended"] | None = None,
        queue: str | None = None,
    ) -> Pages[Handoff]:
        """List handoffs: open ones by urgency and age, ended ones from the latest on. It needs the scope
        `sessions:read`.
        """
        return self._list(
            Handoff,
            "/api/v1/handoffs",
            {"cursor": cursor, "limit": limit, "workflow": workflow, "state": state, "queue": queue},
        )

    def get_waiting_times(
        self,
        *,
        cursor: str | None = None,
        limit: int | None = None,
        since: str | datetime | None = None,
        before: str | datetime | None = None,
        queue: str | None = None,
    ) -> Pages[HandoffTimes]:
        """List how long conversations waited for a person, by day and queue: how many, the median, the 95th
        percentile. It needs the scope `sessions:read`.
        """
        return self._list(
            HandoffTimes,
            "/api/v1/handoffs/waiting-times",
            {"cursor": cursor, "limit": limit, "since": since, "before": before, "queue": queue},
        )

    def get_handoff(self, handoff: str | int) -> Handoff:
        """Read one handoff. It needs the scope `sessions:read`."""
        return self._call(Handoff, make_request("GET", f"/api/v1/handoffs/{segment(handoff)}"))

    def claim_handoff(
        self, handoff: str | int, *, person: str, picture: str | Omit | None = OMIT, idempotency_key: str | None = None
    ) -> Handoff:
        """Take a conversation that waits. Of two claims one wins; then its time does not run out any more. It needs
        the scope `sessions:write`.
        """
        return self._call(
            Handoff,
            make_request(
                "POST",
                f"/api/v1/handoffs/{segment(handoff)}/claim",
                body={"person": person, "picture": picture},
                idempotency_key=idempotency_key,
            ),
        )

    def release_handoff(self, handoff: str | int, *, idempotency_key: str | None = None) -> Handoff:
        """Let a conversation wait in its queue again, in its old place. It needs the scope `sessions:write`."""
        return self._call(
            Handoff,
            make_request("POST", f"/api/v1/handoffs/{segment(handoff)}/release", idempotency_key=idempotency_key),
        )

    def transfer_handoff(
        self,
        handoff: str | int,
        *,
        queue: str | Omit | None = OMIT,
        person: str | Omit | None = OMIT,
        picture: str | Omit | None = OMIT,
        idempotency_key: str | None = None,
    ) -> Handoff:
        """Give a conversation to another person, or let it wait in another queue. It needs the scope
        `sessions:write`.
        """
        return self._call(
            Handoff,
            make_request(
                "POST",
                f"/api/v1/handoffs/{segment(handoff)}/transfer",
                body={"queue": queue, "person": person, "picture": picture},
                idempotency_key=idempotency_key,
            ),
        )

    def return_handoff(
        self,
        handoff: str | int,
        *,
        note: str | Omit = OMIT,
        values: Mapping[str, Any] | Omit = OMIT,
        replay: bool | Omit = OMIT,
        idempotency_key: str | None = None,
    ) -> Handoff:
        """Give a conversation back to the flow, with a note and values. With `replay` the flow then answers what was
        said to the person. It needs the scope `sessions:write`.
        """
        return self._call(
            Handoff,
            make_request(
                "POST",
                f"/api/v1/handoffs/{segment(handoff)}/return",
                body={"note": note, "values": values, "replay": replay},
                idempotency_key=idempotency_key,
            ),
        )

    def show_typing(self, session: str | int, *, idempotency_key: str | None = None) -> None:
        """Let a visitor of the chat see that the person who has the conversation writes, for some seconds. On other
        channels nothing is shown. It needs the scope `sessions:write`.
        """
        self._do(make_request("POST", f"/api/v1/sessions/{segment(session)}/typing", idempotency_key=idempotency_key))


class AsyncHandoffsCalls(AsyncCaller):
    """Handoffs."""

    def get_handoffs(
        self,
        *,
        cursor: str | None = None,
        limit: int | None = None,
        workflow: str | None = None,
        state: Literal["open", "waiting", "claimed", "ended"] | None = None,
        queue: str | None = None,
    ) -> AsyncPages[Handoff]:
        """List handoffs: open ones by urgency and age, ended ones from the latest on. It needs the scope
        `sessions:read`.
        """
        return self._list(
            Handoff,
            "/api/v1/handoffs",
            {"cursor": cursor, "limit": limit, "workflow": workflow, "state": state, "queue": queue},
        )

    def get_waiting_times(
        self,
        *,
        cursor: str | None = None,
        limit: int | None = None,
        since: str | datetime | None = None,
        before: str | datetime | None = None,
        queue: str | None = None,
    ) -> AsyncPages[HandoffTimes]:
        """List how long conversations waited for a person, by day and queue: how many, the median, the 95th
        percentile. It needs the scope `sessions:read`.
        """
        return self._list(
            HandoffTimes,
            "/api/v1/handoffs/waiting-times",
            {"cursor": cursor, "limit": limit, "since": since, "before": before, "queue": queue},
        )

    async def get_handoff(self, handoff: str | int) -> Handoff:
        """Read one handoff. It needs the scope `sessions:read`."""
        return await self._call(Handoff, make_request("GET", f"/api/v1/handoffs/{segment(handoff)}"))

    async def claim_handoff(
        self, handoff: str | int, *, person: str, picture: str | Omit | None = OMIT, idempotency_key: str | None = None
    ) -> Handoff:
        """Take a conversation that waits. Of two claims one wins; then its time does not run out any more. It needs
        the scope `sessions:write`.
        """
        return await self._call(
            Handoff,
            make_request(
                "POST",
                f"/api/v1/handoffs/{segment(handoff)}/claim",
                body={"person": person, "picture": picture},
                idempotency_key=idempotency_key,
            ),
        )

    async def release_handoff(self, handoff: str | int, *, idempotency_key: str | None = None) -> Handoff:
        """Let a conversation wait in its queue again, in its old place. It needs the scope `sessions:write`."""
        return await self._call(
            Handoff,
            make_request("POST", f"/api/v1/handoffs/{segment(handoff)}/release", idempotency_key=idempotency_key),
        )

    async def transfer_handoff(
        self,
        handoff: str | int,
        *,
        queue: str | Omit | None = OMIT,
        person: str | Omit | None = OMIT,
        picture: str | Omit | None = OMIT,
        idempotency_key: str | None = None,
    ) -> Handoff:
        """Give a conversation to another person, or let it wait in another queue. It needs the scope
        `sessions:write`.
        """
        return await self._call(
            Handoff,
            make_request(
                "POST",
                f"/api/v1/handoffs/{segment(handoff)}/transfer",
                body={"queue": queue, "person": person, "picture": picture},
                idempotency_key=idempotency_key,
            ),
        )

    async def return_handoff(
        self,
        handoff: str | int,
        *,
        note: str | Omit = OMIT,
        values: Mapping[str, Any] | Omit = OMIT,
        replay: bool | Omit = OMIT,
        idempotency_key: str | None = None,
    ) -> Handoff:
        """Give a conversation back to the flow, with a note and values. With `replay` the flow then answers what was
        said to the person. It needs the scope `sessions:write`.
        """
        return await self._call(
            Handoff,
            make_request(
                "POST",
                f"/api/v1/handoffs/{segment(handoff)}/return",
                body={"note": note, "values": values, "replay": replay},
                idempotency_key=idempotency_key,
            ),
        )

    async def show_typing(self, session: str | int, *, idempotency_key: str | None = None) -> None:
        """Let a visitor of the chat see that the person who has the conversation writes, for some seconds. On other
        channels nothing is shown. It needs the scope `sessions:write`.
        """
        await self._do(
            make_request("POST", f"/api/v1/sessions/{segment(session)}/typing", idempotency_key=idempotency_key)
        )
