"""POST /v1/chat/completions: the answer of one turn, at once or as chunks.

Without `usage`: a workflow counts no tokens for those who ask it, and invented ones would be billed.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

from starlette.types import Receive, Scope, Send

from botflow.records.turns import TurnId
from botflow.web.asgi import send_json
from botflow.web.chat.turn_stream import Ended
from botflow.web.context import Desk, desk_of
from botflow_protocols.answer_names import answer_name
from botflow_protocols.callers import Speaker, speaker_of
from botflow_protocols.event_stream import COMMENT, RUNNING, event, failure_of, send_events, until_gone
from botflow_protocols.growing_text import GrowingText
from botflow_protocols.markdown import Markdown
from botflow_protocols.openai.asked import Asked, read_completion
from botflow_protocols.openai.errors import error_json
from botflow_protocols.openai.models import NAME, require_caller
from botflow_protocols.openai.turns import people_named, turn_of

DONE = b"data: [DONE]\n\n"


class Complete:
    """POST /v1/chat/completions."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        desk = desk_of(scope)
        await require_caller(desk, scope)
        asked = await read_completion(scope, receive)
        speaker = await speaker_of(desk, scope, asked.named("model"), NAME, *people_named(scope, asked))
        created = int(desk.runtime.clock.now().timestamp())
        if asked.streams:
            chunks = _chunks(desk, scope, speaker, asked, created)
            await send_events(desk, receive, send, chunks, error=lambda failure: event(error_json(failure)))
            return
        completion = await until_gone(desk, receive, _completion(desk, scope, speaker, asked, created))
        await send_json(send, 200, completion)


async def _completion(desk: Desk, scope: Scope, speaker: Speaker, asked: Asked, created: int) -> dict[str, Any]:
    text = GrowingText(Markdown(desk.base_of(scope)))
    name = ""
    async with aclosing(turn_of(desk, scope, speaker, asked)) as turn:
        async for happening in turn:
            if isinstance(happening, TurnId):
                name = answer_name(speaker, happening)
            elif not isinstance(happening, Ended):
                text.take(happening)
            elif happening.status == "running":
                raise RUNNING
    message = {"role": "assistant", "content": text.whole(), "refusal": None}
    choice = {"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}
    return {**_head(speaker, name, created), "object": "chat.completion", "choices": [choice]}


async def _chunks(desk: Desk, scope: Scope, speaker: Speaker, asked: Asked, created: int) -> AsyncGenerator[bytes]:
    text = GrowingText(Markdown(desk.base_of(scope)))
    head: dict[str, Any] = {}

    def chunk(delta: dict[str, Any], reason: str | None = None) -> bytes:
        return event({**head, "choices": [{"index": 0, "delta": delta, "finish_reason": reason, "logprobs": None}]})

    try:
        async with aclosing(turn_of(desk, scope, speaker, asked)) as turn:
            async for happening in turn:
                if isinstance(happening, TurnId):
                    name = answer_name(speaker, happening)
                    head = {**_head(speaker, name, created), "object": "chat.completion.chunk"}
                    yield chunk({"role": "assistant", "content": ""})
                elif not isinstance(happening, Ended):
                    piece = text.take(happening)
                    yield chunk({"content": piece}) if piece else COMMENT
                elif happening.status == "running":
                    raise RUNNING
                elif rest := text.rest():
                    yield chunk({"content": rest})
    except Exception as failure:
        if not head:
            raise
        yield event(error_json(failure_of(failure)))
        return
    yield chunk({}, "stop")
    yield DONE


def _head(speaker: Speaker, name: str, created: int) -> dict[str, Any]:
    return {"id": f"chatcmpl-{name}", "created": created, "model": speaker.live.slug}
