"""A stream or a download that is open while its key is revoked, or its person removed, ends before it shows more."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from typing import Any

import pytest
from sqlalchemy import text
from starlette.requests import Request

from botflow.errors import RejectedInbound
from botflow.records.access import Scope
from botflow.service import Service
from botflow.service.exports.export import Batch, Export
from botflow.web.rest.download import download
from botflow.web.rest.operation import Call
from tests.faults.waiting import until
from tests.storage.open_transaction import open_transaction
from tests.web.api.calls import answered
from tests.web.auth.test_sign_in import account, sign_in
from tests.web.chat.event_stream import listening
from tests.web.site import ORDER, Site, Visit, open_site

BELIEVED_S = 3.0  # longer than a key that was read is believed
IDLE_IN_TRANSACTION = text(
    "SELECT pid, xact_start FROM pg_stat_activity"
    " WHERE datname = current_database() AND state LIKE 'idle in transaction%'"
)

WAITS_FOR_EVENTS = text(
    "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'events'::regclass"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)


async def made_key(site: Site) -> tuple[str, str]:
    """Make a key; return its id and the key."""
    made = await answered(site, "POST", "/keys", {"name": "feed", "role": "operator"})
    return made["id"], made["key"]


@asynccontextmanager
async def event_lines(site: Site, headers: dict[str, str]) -> AsyncIterator[AsyncIterator[str]]:
    """Open a stream of the organization's events, up to its first line."""
    sent = {"accept": "text/event-stream", **headers}
    async with site.client.stream("GET", "/api/v1/events", headers=sent) as stream:
        assert stream.status_code == 200
        lines = stream.aiter_lines()
        assert await anext(lines) == "retry: 1000"
        yield lines


async def ended(lines: AsyncIterator[str]) -> bool:
    async with asyncio.timeout(30):
        async for _ in lines:
            pass
    return True


async def test_a_stream_of_events_ends_when_its_key_is_revoked_or_its_person_removed(database_url: str) -> None:
    async with open_site(database_url, flows=(ORDER,), botflow_public_url=None) as site:
        id, key = await made_key(site)
        async with event_lines(site, {"authorization": f"Bearer {key}"}) as lines:
            await answered(site, "POST", f"/keys/{id}/revoke")
            site.clock.ahead_s += BELIEVED_S
            assert await ended(lines)
        user = await account(site)
        assert (await sign_in(site, user["password"])).status_code == 200
        cookie = "; ".join(f"{name}={value}" for name, value in site.client.cookies.items())
        site.client.cookies.clear()
        async with event_lines(site, {"cookie": cookie}) as lines:
            await answered(site, "PATCH", f"/users/{user['id']}", {"active": False})
            assert await ended(lines)


async def test_a_servers_stream_of_a_conversation_ends_when_its_key_is_revoked(database_url: str) -> None:
    async with open_site(database_url, flows=(ORDER,)) as site:
        id, key = await made_key(site)
        visitor = await site.visit()
        by_key = Visit(site, "order", {"token": key})
        async with listening(by_key, path=f"/chat/order/events?externalId={visitor.external_id}") as reader:
            await reader.until("status")
            await answered(site, "POST", f"/keys/{id}/revoke")
            site.clock.ahead_s += BELIEVED_S
            await visitor.say("Ann")
            with pytest.raises(EOFError):
                await reader.next()


@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_a_download_breaks_off_when_its_key_is_revoked(database_url: str) -> None:
    async with open_site(database_url, flows=(ORDER,)) as site:
        id, key = await made_key(site)
        bearer = (b"authorization", f"Bearer {key}".encode())
        scope = {"type": "http", "method": "GET", "path": "/", "headers": [bearer]}
        recognise = partial(site.desk.gate.principal, scope, Scope.EXECUTIONS_READ)
        service = Service(site.runtime, await recognise())

        async def batches() -> AsyncIterator[Batch]:
            yield Batch(rows=1, content=b"one\n")
            await answered(site, "POST", f"/keys/{id}/revoke")
            site.clock.ahead_s += BELIEVED_S
            yield Batch(rows=1, content=b"two\n")

        asked = Call(request=Request(scope), service=service, recognise=recognise, path={})
        response: Any = download(asked, Export(kind="executions", form="csv", batches=batches()))
        pieces = response.body_iterator
        assert await anext(pieces) == b"one\n"
        with pytest.raises(RejectedInbound) as refused:
            await anext(pieces)
        assert refused.value.code == "token.invalid"


@pytest.mark.parametrize("database_kind", ["postgres"])
async def test_no_stream_keeps_a_transaction_open_also_one_that_is_left_in_the_middle_of_a_read(
    database_url: str,
) -> None:
    async with open_site(database_url, flows=(ORDER,)) as site, AsyncExitStack() as stack:
        engine = site.runtime.database.engine
        _, key = await made_key(site)
        headers = {"authorization": f"Bearer {key}"}
        first = (await answered(site, "GET", "/events"))["next"]
        visitor = await site.visit()
        await visitor.say("Ann")
        for last in ({}, {"last-event-id": first}):
            for _ in range(3):
                await stack.enter_async_context(event_lines(site, {**headers, **last}))

        async def idle() -> set[tuple[int, str]]:
            rows = await engine.read(lambda connection: connection.execute(IDLE_IN_TRANSACTION).all())
            return {(row.pid, str(row.xact_start)) for row in rows}

        async def read_is_held() -> bool:
            return bool(await engine.read(lambda connection: connection.execute(WAITS_FOR_EVENTS).scalar_one()))

        with open_transaction(database_url) as connection:
            connection.execute(text("LOCK TABLE events IN ACCESS EXCLUSIVE MODE"))
            await until(read_is_held, "a stream reads")
            await stack.aclose()
        begun = await idle()

        async def none_stays() -> bool:
            return not begun & await idle()

        await until(none_stays, "the transactions that were open are over", within_s=10)
        assert (await answered(site, "GET", "/events"))["items"] != []
