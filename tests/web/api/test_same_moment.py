"""Two processes get the same call at the same moment: a repeated POST is carried out once, and of two edits of one
revision one is refused. Every operation is here by itself; what it changes is in `test_organizations_apart`.

That both are at work at the same moment is made so: a transaction holds what both need, until both wait for it.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import httpx2
import pytest
from sqlalchemy import Connection, insert, text
from starlette.requests import Request
from starlette.responses import Response

from botflow.errors import ProviderError, RejectedInbound
from botflow.storage.engines.dialects import now
from botflow.storage.tables.service import idempotent_requests
from botflow.web.app import OPERATIONS
from botflow.web.rest.idempotency import answer_once
from botflow.web.rest.operation import Operation
from tests.faults.waiting import until
from tests.organizations import HOME
from tests.storage.open_transaction import BLOCKED, open_transaction
from tests.web.api.calls import call, call_at, outcome
from tests.web.api.test_organizations_apart import address_of, body_of, things_of
from tests.web.site import API_KEY, Site, open_site

REPLAYED = "idempotency-replayed"
HOLD_AUDIT_LOG = text("LOCK TABLE audit_log IN SHARE ROW EXCLUSIVE MODE")  # every edit writes into it, then commits
SAY = {"type": "chatbot", "actionType": "say", "properties": {"text": "Hello"}}
# Bodies that fit to the things of the call, where the example of the documentation does not.
BODIES = {
    "createNode": {"id": "more", **SAY},
    "updateNode": {"id": "ask", **SAY},
    "updateNodePositions": {"positions": {"ask": {"x": 1, "y": 2}}},
    "createEdge": {"source": "nightly", "target": "ask"},
    "updateEdge": {"source": "start", "target": "ask", "data": {"label": "x"}},
    "applyEdits": {"edits": [{"op": "delete_node", "id": "ask"}]},
    "changeContact": {"name": "Ann"},
    "updateCredential": {"fields": {"authToken": "another-token-4711"}},
    "publishWorkflow": {"message": "At the same moment"},
    "activateWorkflow": {},
    "createWorkflow": {"id": "new", "name": "New", "nodes": []},
    "postWorkflow": {"id": "newer", "name": "Newer", "nodes": []},
    "planPublication": {},
}
# These come last, in this order: they need that what is above is over, or take it away.
LAST = (
    *("publishWorkflow", "createCanary", "deleteCredential"),
    *("cancelExecution", "pauseWorkflow", "deactivateWorkflow", "archiveWorkflow"),
)
# They have no second outcome: the canary is over, the credential is active, and the draft's version is there.
FRUITLESS = {"abortCanary", "activateCredential", "publishWorkflow"}


def in_order(operations: Iterable[Operation]) -> list[Operation]:
    return sorted(operations, key=lambda each: LAST.index(each.name) if each.name in LAST else -1)


def sent_body(operation: Operation) -> Any:
    return BODIES.get(operation.name, body_of(operation))


@asynccontextmanager
async def two_sites(url: str) -> AsyncIterator[tuple[Site, Site]]:
    """Serve one database by two processes' worth of botflow."""
    async with open_site(url, flows=()) as one, open_site(url, flows=(), worker=None) as two:
        yield one, two


async def at_once(
    sites: tuple[Site, Site], url: str, hold: Callable[[Connection], Any], request: Callable[[Site], Any]
) -> list[httpx2.Response]:
    """Let both sites answer `request` while a transaction holds what they need; return the answers."""
    with open_transaction(url) as connection:
        hold(connection)
        calls = [asyncio.create_task(request(site)) for site in sites]

        async def both_wait() -> bool:
            counted = await sites[0].runtime.database.engine.read(lambda reader: reader.execute(BLOCKED).scalar_one())
            return int(counted) + sum(each.done() for each in calls) >= len(calls)

        await until(both_wait, "both calls wait")
        connection.rollback()
    return list(await asyncio.gather(*calls))


def hold_key(connection: Connection, key: str) -> None:
    """Note the key, as a third process would that is about to be rolled back."""
    row = {"organization_id": HOME, "key": key, "digest": b"", "created_at": now()}
    connection.execute(insert(idempotent_requests).values(row))


async def restored(site: Site, document: Any, things: Mapping[str, str]) -> Mapping[str, str]:
    """Bring the workflow's draft back to what it was, and return the things with the ids that they have now."""
    put = await call(site, "PUT", "/workflows/theirs/draft", document)
    assert put.status_code == 200, put.text
    [edge] = (await call(site, "GET", "/workflows/theirs/edges")).json()["items"]
    return {**things, "edge": edge["id"]}


def address_with_tag(operation: Operation, things: Mapping[str, str]) -> str:
    """Return where to read the tag that the operation's If-Match is compared with."""
    place = operation.address.format(**things)
    for kind in ("credential", "webhook"):
        if f"{{{kind}}}" in operation.path:
            return f"/api/v1/{kind}s/{things[kind]}"
    if "{canary}" in operation.path:
        return f"/api/v1/workflows/theirs/canaries/{things['canary']}"
    return "/api/v1/workflows/theirs/draft" if "{workflow}" in operation.path else place.removesuffix("/context")


@pytest.mark.parametrize("database_kind", ["postgres"])
async def test_of_two_edits_of_one_revision_at_the_same_moment_one_is_refused(database_url: str) -> None:
    fruitless: set[str] = set()
    async with two_sites(database_url) as sites:
        made = await things_of(sites[0], API_KEY)
        draft = (await call(sites[0], "GET", "/workflows/theirs/draft")).json()["document"]
        for operation in in_order(each for each in OPERATIONS if each.edits):
            things = await restored(sites[0], {**draft, "name": operation.name}, made)
            tagged = await call_at(sites[0], "GET", address_with_tag(operation, things))
            address, body = address_of(operation, things), sent_body(operation)
            send = partial(
                call_at, method=operation.method, address=address, body=body, if_match=tagged.headers["etag"]
            )
            answers = await at_once(sites, database_url, lambda held: held.execute(HOLD_AUDIT_LOG), send)
            told = f"{operation.method} {operation.path}: {[(each.status_code, each.text[:200]) for each in answers]}"
            won, lost = sorted(answers, key=lambda each: each.status_code)
            if lost.status_code == won.status_code:
                assert won.is_client_error or len({each.json().get("version", each.text) for each in answers}) == 1, (
                    told
                )
                fruitless.add(operation.name)
            else:
                assert won.is_success, told
                assert lost.status_code in (404, 409, 412), told
    assert sorted(fruitless) == sorted(FRUITLESS)


async def test_a_post_whose_effect_is_not_known_is_not_repeated(site: Site) -> None:
    """The server stopped it after its change, or the connection to the database broke as it was committed."""
    carried_out = 0
    for number, failure in enumerate((asyncio.CancelledError(), ProviderError("gone", retryable=True), OSError())):

        async def change(failure: BaseException = failure) -> Response:
            nonlocal carried_out
            carried_out += 1
            raise failure

        with pytest.raises(type(failure)):
            await answer_once(post_with_key(site, f"k{number}"), HOME, b"", change, is_secret=False)
        with pytest.raises(RejectedInbound) as repeated:
            await answer_once(post_with_key(site, f"k{number}"), HOME, b"", change, is_secret=False)
        assert repeated.value.code == "idempotency.unfinished"
    assert carried_out == 3


async def test_a_post_that_was_refused_may_be_corrected(site: Site) -> None:
    refusals = 0

    async def refuse() -> Response:
        nonlocal refusals
        refusals += 1
        raise RejectedInbound("not now")

    for _ in range(2):
        with pytest.raises(RejectedInbound, match="not now"):
            await answer_once(post_with_key(site, "k"), HOME, b"", refuse, is_secret=False)
    assert refusals == 2


def post_with_key(site: Site, key: str) -> Request:
    headers = [(b"idempotency-key", key.encode())]
    scope = {"type": "http", "method": "POST", "path": "/api/v1/x", "query_string": b"", "headers": headers}
    return Request({**scope, "state": {"desk": site.desk}})


@pytest.mark.parametrize("database_kind", ["postgres"])
async def test_a_repeated_post_at_the_same_moment_is_carried_out_once(database_url: str) -> None:
    seen: Counter[str] = Counter()
    async with two_sites(database_url) as sites:
        made = await things_of(sites[0], API_KEY)
        draft = (await call(sites[0], "GET", "/workflows/theirs/draft")).json()["document"]
        for operation in in_order(each for each in OPERATIONS if each.creates):
            things, key = await restored(sites[0], {**draft, "name": operation.name}, made), f"{operation.name} at once"
            address, body = address_of(operation, things), sent_body(operation)
            send = partial(call_at, method="POST", address=address, body=body, idempotency_key=key)
            answers = await at_once(sites, database_url, partial(hold_key, key=key), send)
            answers.append(await send(sites[1]))
            told = f"{operation.path}: {[(each.status_code, each.text[:200]) for each in answers]}"
            carried_out = [each for each in answers if each.is_success and REPLAYED not in each.headers]
            assert len(carried_out) <= 1, told
            assert not any(each.is_server_error for each in answers), told
            if carried_out and operation.is_secret:
                assert outcome(answers[-1]) == (409, "idempotency.not_kept"), told
            elif carried_out:
                assert answers[-1].headers[REPLAYED], told
                assert answers[-1].content == carried_out[0].content, told
            seen["carried out" if carried_out else "refused"] += 1
    print(dict(seen))
    assert seen["carried out"] > seen["refused"]
