"""POST /chat/{workflow}/ag-ui: a run. Its last message is said if it is the user's; any other run reads the
conversation, and what is under way."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from typing import Any

from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from botflow.web.chat.history import Query, read_page
from botflow.web.chat.turn_stream import Position, follow_newest, position_of
from botflow.web.context import Desk, desk_of
from botflow_protocols.ag_ui.asked import Asked, read_asked
from botflow_protocols.ag_ui.events import history_events, run_error, run_events
from botflow_protocols.callers import Speaker, speaker_of
from botflow_protocols.event_stream import event, send_events
from botflow_protocols.markdown import Markdown
from botflow_protocols.sent_messages import turn_of

NAME = "ag-ui"
PAGE = 100


def routes() -> Sequence[BaseRoute]:
    return (Route("/chat/{workflow}/ag-ui", Run(), methods=["POST"]),)


class Run:
    """POST /chat/{workflow}/ag-ui."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        desk = desk_of(scope)
        speaker = await speaker_of(desk, scope, scope["path_params"]["workflow"], NAME)
        asked = await read_asked(scope, receive)
        position = await position_of(desk, speaker.live, speaker.caller, speaker.external_id)
        events = await _events(desk, scope, speaker, asked, position)
        await send_events(desk, receive, send, events, error=run_error)


async def _events(
    desk: Desk, scope: Scope, speaker: Speaker, asked: Asked, position: Position
) -> AsyncGenerator[bytes]:
    markdown = Markdown(desk.base_of(scope))
    if asked.message is not None:
        turn = turn_of(desk, scope, speaker, asked.message, position)
        return run_events(speaker, asked, turn, markdown)
    history = await _history(desk, scope, position, markdown)
    if position.is_running and position.heard:
        newest = follow_newest(desk, scope, speaker.live, speaker.caller, speaker.external_id, position)
        return run_events(speaker, asked, newest, markdown, history)
    return _whole(history_events(asked, history, position.status))


async def _whole(events: Sequence[dict[str, Any]]) -> AsyncGenerator[bytes]:
    for each in events:
        yield event(each)


async def _history(desk: Desk, scope: Scope, position: Position, markdown: Markdown) -> list[dict[str, Any]]:
    """Return the newest messages of the conversation."""
    if not position.session:
        return []
    query = Query(limit=PAGE)
    links = desk.links.of(position.session, scope)
    page = await read_page(desk.runtime.database.transcripts, position.session, query, links)
    roles = {"in": "user", "out": "assistant"}
    return [
        {"id": entry["id"], "role": roles[entry["direction"]], "content": markdown.with_files(entry)}
        for entry in page["messages"]
    ]
