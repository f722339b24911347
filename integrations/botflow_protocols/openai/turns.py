"""One request of the OpenAI API as one turn."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing

from starlette.types import Scope

from botflow.errors import RejectedInbound
from botflow.records.turns import TurnId
from botflow.web.chat.body import Posted
from botflow.web.chat.turn_stream import Ended, Happening, follow, position_of
from botflow.web.context import Desk
from botflow.web.requests.json_body import parse_fields
from botflow_protocols.callers import Speaker, filled
from botflow_protocols.given_files import keep_files
from botflow_protocols.openai.asked import Asked
from botflow_protocols.openai.repeats import CHAT_ID, message_id_of

TASK = b"x-openwebui-task"
TASK_PROMPT = "### Task:"  # how Open WebUI begins what it asks for itself


async def turn_of(
    desk: Desk, scope: Scope, speaker: Speaker, asked: Asked, seen_through: int | None = None
) -> AsyncGenerator[TurnId | Happening | Ended]:
    """Say what was asked, and yield what its turn says."""
    _refuse_tasks(scope, asked)
    position = await position_of(desk, speaker.live, speaker.caller, speaker.external_id, seen_through)
    message_id = await message_id_of(desk, scope, speaker, asked, position)
    files = await keep_files(desk, speaker, asked.files, message_id)
    fields = {"messageId": message_id, "media": files}
    # A repeat names no files again, so it may be blank: what counts of it is the id.
    text = asked.text if asked.text.strip() or files or not asked.files else "…"
    named = {"externalId": speaker.named} if speaker.named else {}
    posted = parse_fields({**fields, **named, "text": text}, Posted)
    size = len(posted.text or "")
    turn = follow(desk, scope, speaker.live, speaker.caller, posted, position, size=size)
    async with aclosing(turn):
        async for happening in turn:
            yield happening


def people_named(scope: Scope, asked: Asked) -> tuple[str | None, ...]:
    """Return whom a server's request may be about: the chat in its client, or the user.

    Not `prompt_cache_key`: many put the same one into the requests of all their users.
    """
    return (filled(scope, CHAT_ID), asked.named("safety_identifier"), asked.named("user"))


def _refuse_tasks(scope: Scope, asked: Asked) -> None:
    """Refuse what a chat client asks a model for itself, such as a title: the workflow would take it as an answer."""
    is_task = filled(scope, TASK) or (filled(scope, CHAT_ID) is not None and asked.text.startswith(TASK_PROMPT))
    if is_task:
        raise RejectedInbound(
            "a workflow talks with people, and writes no titles or tags",
            code="task.refused",
            hint="choose another model for such tasks, or turn them off",
            status=400,
        )
