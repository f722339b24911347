"""Finds messages for commands, page by page: each page is a transaction of its own, so that a server is never kept from
writing for long."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from botflow.cli.operator import as_operator

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime
    from typing import Any

    from sqlalchemy import Connection

    from botflow.records.access import Principal
    from botflow.storage.service.sessions.message_pages import Found, Messages
    from botflow.storage.service.sessions.session_walk import MessageFilter

MOST = 10_000
PAGE = 100
LARGEST_ID = 2**63 - 1
Workflow = Annotated[str | None, typer.Option(help="Only those of this workflow.", show_default=False)]
Session = Annotated[
    int | None, typer.Option(help="Only those of this session.", min=1, max=LARGEST_ID, show_default=False)
]
Person = Annotated[
    str | None, typer.Option(metavar="PERSON", help="Only those of this number or id.", show_default=False)
]
Channel = Annotated[str | None, typer.Option(help="Only those of sessions on this channel.", show_default=False)]
After = Annotated[
    str | None, typer.Option(metavar="TIME", help="Only those from this date or time on, in ISO 8601, UTC.")
]
Before = Annotated[str | None, typer.Option(metavar="TIME", help="Only those before this date or time.")]
Limit = Annotated[int, typer.Option(help="How many at most.", min=1, max=MOST)]


def filter_of(
    messages: Messages, person: str | None, channel: str | None, after: str | None, before: str | None, **given: Any
) -> MessageFilter:
    """Return the filter of a command's options; UsageError for one that no index serves, or
    that has another mistake."""
    from botflow.errors import UsageError
    from botflow.storage.service.sessions.session_walk import MessageFilter

    if given["status"] not in (None, *messages.states):
        raise UsageError(
            f"there is no status {given['status']!r}",
            code="query.invalid",
            hint=f"there are {', '.join(messages.states)}",
        )
    wanted = MessageFilter(
        channel=channel,
        people=_people(person, channel) if person is not None else None,
        after=moment("after", after),
        before=moment("before", before),
        **given,
    )
    is_bounded = wanted.session or wanted.people or wanted.workflow
    if not is_bounded and wanted.status not in messages.indexed:
        states = ", ".join(messages.indexed)
        raise UsageError(
            "this would look through every message that there is",
            code="query.too_wide",
            hint=f"name a --workflow, a --session or a --person, or one of these as the --status: {states}",
        )
    return wanted


def found_messages(organization: str, messages: Messages, wanted: MessageFilter, limit: int) -> Iterator[Found]:
    """Yield up to `limit` messages."""
    after: Sequence[Any] | None = None
    while limit > 0:
        page, after = as_operator(organization, _page, messages, wanted, after, min(limit, PAGE))
        yield from page
        limit -= len(page)
        if after is None:
            return


def _page(
    connection: Connection,
    caller: Principal,
    messages: Messages,
    wanted: MessageFilter,
    after: Sequence[Any] | None,
    limit: int,
) -> tuple[list[Found], Sequence[Any] | None]:
    from botflow.storage.service.sessions.message_pages import list_in_state, list_messages

    if wanted.status not in messages.indexed or wanted.session is not None or wanted.people is not None:
        return list_messages(connection, caller.organization, messages, wanted, after, limit)
    found = list_in_state(connection, caller.organization, messages, wanted, after, limit)
    if len(found) <= limit:
        return found, None
    session, row = found[limit - 1]
    return found[:limit], (session.id, *messages.key_of(row))


def _people(written: str, channel: str | None) -> list[tuple[str, str]]:
    from botflow.engine.inbound import CHAT
    from botflow.plugins import channel_types, installed_plugins

    people = [(CHAT, written)]
    for name, provider in channel_types(installed_plugins()).items():
        people.append((name, provider.normal_address(written) or written))
    return [each for each in people if channel in (None, each[0])] or [(channel or CHAT, written)]


def moment(name: str, text: str | None) -> datetime | None:
    """Return the time that an option names, None for none; UsageError `query.invalid`."""
    from botflow.errors import UsageError
    from botflow.moment import parse_moment

    if text is None:
        return None
    try:
        return parse_moment(text, name)
    except ValueError as wrong:
        raise UsageError(str(wrong), code="query.invalid") from None
