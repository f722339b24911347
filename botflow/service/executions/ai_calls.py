"""The log of calls of models: what was asked and answered, by which model, for how many tokens. It is a view of the
journal that turns keep; nothing is stored twice."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import ConfigDict
from sqlalchemy import Row

from botflow.errors import RejectedInbound
from botflow.records.access import Principal
from botflow.runtime.app import Runtime
from botflow.service.cursors import PAGE, cursor_of, page_of, read_cursor
from botflow.service.models import Page, Shown
from botflow.storage.service.executions import ai_calls
from botflow.storage.service.executions.ai_calls import CallFilter

_LONGEST_NUMBER = 10  # digits


class AiCall(Shown):
    """One call of a model."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    id: str
    execution: str
    workflow: str
    node: str
    topic: str
    """`workflow.node`."""
    type: Literal["route", "reply", "extract"]
    model: str | None
    """The model that answered, null when none did."""
    prompt: dict[str, Any]
    """What was asked: text, instructions, history, choices or fields."""
    response: Any
    error: dict[str, Any] | None
    prompt_tokens: int | None
    completion_tokens: int | None
    cost_usd: float | None
    """US dollars, null if the model's price is not known."""
    at: datetime


class AiCalls:
    """The calls of models of the caller's organization."""

    def __init__(self, runtime: Runtime, caller: Principal) -> None:
        self._engine = runtime.database.within(caller.organization)
        self._runs = runtime.executions.on_behalf(caller)
        self._caller = caller

    async def get_ai_calls(self, wanted: CallFilter, *, cursor: str | None = None, limit: int = PAGE) -> Page[AiCall]:
        """Return a page of calls, those of the newest execution first. A page may have less than `limit`, and another
        one after it."""
        place = read_cursor(cursor, "calls", (str, int, int))
        after = (place[0], place[1], place[2]) if place is not None else None
        found, following = await self._engine.read(ai_calls.list_calls, self._caller.organization, wanted, after, limit)
        next = cursor_of("calls", following) if following is not None else None
        return Page(items=[_shown(row) for row in found], next=next)

    async def get_execution_ai_calls(
        self, execution_id: str, *, cursor: str | None = None, limit: int = PAGE
    ) -> Page[AiCall]:
        """Return a page of an execution's calls, in their order."""
        place = read_cursor(cursor, "execution", (int, int))
        record = (await self._runs.get(execution_id)).record
        found = await self._engine.read(ai_calls.list_calls_of, self._caller.organization, record.id, place, limit)
        return page_of(found, limit, "execution", lambda row: (row.seq, row.number), _shown)

    async def get_ai_call(self, call_id: str) -> AiCall:
        """RejectedInbound `ai_call.unknown` (404), also for another organization's."""
        parts = call_id.split(".")
        are_numbers = all(part.isascii() and part.isdigit() and len(part) < _LONGEST_NUMBER for part in parts)
        if len(parts) == 3 and are_numbers:
            session, seq, index = map(int, parts)
            row = await self._engine.read(ai_calls.get_call, self._caller.organization, session, seq, index)
            if row is not None:
                return _shown(row)
        raise RejectedInbound(
            "there is no such call of a model",
            code="ai_call.unknown",
            hint="list them with GET /api/v1/ai-calls",
            status=404,
        )

    async def is_recorded(self, call_id: str) -> bool:
        """Say whether a call is in the log."""
        try:
            await self.get_ai_call(call_id)
        except RejectedInbound:
            return False
        return True


def _shown(row: Row[Any]) -> AiCall:
    ask, usage, failure = dict(row.ask), row.value.get("usage") or {}, row.value.get("failure")
    node, purpose = ask.get("node", ""), ask["purpose"]
    prompt = {name: value for name, value in ask.items() if name not in ("ask", "node", "visit", "purpose")}
    return AiCall(
        id=f"{row.session_id}.{row.seq}.{row.number}",
        execution=str(row.execution),
        workflow=row.workflow,
        node=node,
        topic=f"{row.workflow}.{node}",
        type=purpose,
        model=usage.get("model"),
        prompt=prompt,
        response=row.value.get("value"),
        error=failure,
        prompt_tokens=usage.get("promptTokens"),
        completion_tokens=usage.get("completionTokens"),
        cost_usd=usage.get("costUsd"),
        at=row.at,
    )
