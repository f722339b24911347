"""Which messages a list has, and its pages. Messages are found by session, person, workflow, or by a state in which few
messages are: there is no index by time, for every message would have to write it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from sqlalchemy import Connection

from botflow.errors import RejectedInbound
from botflow.interfaces import Channels
from botflow.service.cursors import cursor_of, page_of, read_cursor
from botflow.service.models import Page, Shown
from botflow.service.sessions.sessions import people_named
from botflow.storage.service.sessions.message_pages import Found, Messages, list_in_state, list_messages
from botflow.storage.service.sessions.session_walk import MessageFilter

Item = TypeVar("Item", bound=Shown)
_BY_SESSION = "session"
_BY_STATE = "state"


def search(channels: Channels, messages: Messages, wanted: MessageFilter, external_id: str | None) -> MessageFilter:
    """Return a filter with the people that `external_id` may be. RejectedInbound `query.too_wide` (400) for one without
    a session, a person, a workflow, or a status that has an index."""
    if external_id is not None:
        return replace(wanted, people=people_named(channels, external_id, wanted.channel))
    if wanted.session is None and wanted.workflow is None and wanted.status not in messages.indexed:
        states = ", ".join(messages.indexed)
        raise RejectedInbound(
            "this would look through every message that there is",
            code="query.too_wide",
            hint=f"name a workflow, a session or an externalId, or one of these as the status: {states}",
        )
    return wanted


def read_page(
    connection: Connection,
    organization: int,
    messages: Messages,
    wanted: MessageFilter,
    cursor: str | None,
    limit: int,
    shown: Callable[[Found], Item],
) -> Page[Item]:
    """Return a page: of the messages in a state that has an index, by session; else those of each session, the newest
    first."""
    numbers = (int,) * len(messages.key)
    if wanted.status in messages.indexed and wanted.session is None and wanted.people is None:
        begin = read_cursor(cursor, _BY_STATE, (int, *numbers))
        found = list_in_state(connection, organization, messages, wanted, begin, limit)
        return page_of(found, limit, _BY_STATE, lambda each: (each[0].id, *messages.key_of(each[1])), shown)
    place = read_cursor(cursor, _BY_SESSION, (int, str, str, *numbers))
    listed, following = list_messages(connection, organization, messages, wanted, place, limit)
    return Page(
        items=[shown(each) for each in listed],
        next=cursor_of(_BY_SESSION, following) if following is not None else None,
    )
