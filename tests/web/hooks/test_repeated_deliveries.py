"""Deliveries that come again start nothing: known by the ids of their services, and by the key of a trigger."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import orjson
import pytest
from structlog.testing import capture_logs

from tests.triggering.workflows_to_start import ORDER_SCHEMA, runs
from tests.web.hooks.hook_site import BEARER, hook, open_hooks, post, started
from tests.web.hooks.signing_services import SECRETS, sign
from tests.web.site import API_KEY, Site

KEYS = {"by_body": "{{ $input.id }}", "by_header": '{{ $request.headers["X-Delivery"] }}'}


@pytest.fixture
async def site(database_url: str) -> AsyncIterator[Site]:
    flows = {name: hook(key=key) for name, key in KEYS.items()}
    strict = hook(schema=ORDER_SCHEMA)
    github = hook(secret="github", signature={"scheme": "github"}, key='{{ $request.headers["X-GitHub-Delivery"] }}')
    async with open_hooks(database_url, plain=hook(), other=hook(), strict=strict, github=github, **flows) as opened:
        await opened.runtime.vault.add("github", "webhook", {"secret": SECRETS["github"][0]})
        yield opened


async def send(site: Site, path: str, body: Any = None, **headers: str) -> str:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return started(await post(site, path, orjson.dumps(body), {**BEARER, **named}))


@pytest.mark.parametrize(
    "headers",
    [
        {"X-GitHub-Delivery": "72d3162e-cc78-11e3-81ab-4c9367dc0958"},
        {"webhook-id": "msg_1", "webhook-timestamp": "1674087231"},
        {"X-Shopify-Event-Id": "98880550-7158-44d4-b7cd-2c97c8a091b5"},
        {"X-GitHub-Delivery": "x" * 5_000},
    ],
)
async def test_a_delivery_that_its_service_sends_again_starts_nothing(site: Site, headers: dict[str, str]) -> None:
    first, again = [await send(site, "plain", {"a": 1}, **headers) for _ in range(2)]
    other = await send(site, "plain", {"a": 1}, **{**headers, next(iter(headers)): "another"})
    elsewhere = await send(site, "other", {"a": 1}, **headers)

    assert first == again
    assert len({first, other, elsewhere}) == len(await runs(site.runtime.database)) == 3


async def test_of_a_delivery_that_has_changed_the_first_is_the_input(site: Site) -> None:
    first, again = [await send(site, "plain", {"attempt": number}, **{"X-GitHub-Delivery": "d"}) for number in (1, 2)]

    assert first == again
    assert [run.input for run in await runs(site.runtime.database)] == [{"attempt": 1}]


async def test_deliveries_without_an_id_are_different_ones(site: Site) -> None:
    for _ in range(2):
        await send(site, "plain", {"a": 1}, **{"webhook-id": "the-subscription"})

    assert len(await runs(site.runtime.database)) == 2


async def test_an_id_that_is_there_twice_with_different_values_is_refused(site: Site) -> None:
    name = "X-GitHub-Delivery"
    twice = await post(site, "plain", headers=[*BEARER.items(), (name, "a"), (name, "b")])
    refused = len(await runs(site.runtime.database))
    started(await post(site, "plain", headers=[*BEARER.items(), (name, "a"), (name, "a"), (name, "")]))

    assert (twice.status_code, twice.json()["code"], refused) == (422, "hook.key", 0)


async def test_a_refused_delivery_may_come_again(site: Site) -> None:
    delivery = {"X-GitHub-Delivery": "d-1"}
    refused = await post(site, "strict", b'{"order": "one"}', {**BEARER, **delivery})
    forged = await post(site, "strict", b'{"order": 1}', {"authorization": "Bearer wrong", **delivery})

    assert (refused.status_code, forged.status_code) == (422, 403)
    assert await send(site, "strict", {"order": 1}, **delivery) == await send(site, "strict", {"order": 1}, **delivery)


async def test_deliveries_that_come_at_the_same_time_are_one(site: Site) -> None:
    same = [send(site, "plain", {"a": 1}, **{"X-GitHub-Delivery": "d-1"}) for _ in range(20)]
    keyed = [send(site, "by_body", {"id": 1, "n": number}) for number in range(20)]

    assert len(set(await asyncio.gather(*same))) == len(set(await asyncio.gather(*keyed))) == 1
    assert len(await runs(site.runtime.database)) == 2


async def test_a_triggers_key_makes_a_request_the_same_delivery(site: Site) -> None:
    first, again = [await send(site, "by_body", {"id": 7, "attempt": number}) for number in (1, 2)]
    other = await send(site, "by_body", {"id": 8}, **{"Idempotency-Key": "k"})
    third = await send(site, "by_body", {"id": 9}, **{"Idempotency-Key": "k"})

    assert first == again
    assert len({first, other, third}) == len(await runs(site.runtime.database)) == 3
    assert await send(site, "by_header", 1, **{"X-DELIVERY": "d"}) == await send(site, "by_header", 2, x_delivery="d")


async def test_a_request_whose_key_is_none_is_refused_and_starts_nothing(site: Site) -> None:
    before = await site.state_hash()
    with capture_logs() as logs:
        for path, body in (("by_body", b'{"id": ["x-1"]}'), ("by_body", b"{}"), ("by_header?X-Delivery=1", b"{}")):
            answer = await post(site, path, body, {**BEARER, "Idempotency-Key": "k"})
            assert (answer.status_code, answer.json()["code"]) == (422, "hook.key")
    assert await site.state_hash() == before
    [line] = [line for line in logs if line["event"] == "webhook_without_key"]
    assert (line["workflow"], line["node"]) == ("by_body", "hook")
    assert "{{ $input.id }} is a list" in line["reason"]
    assert "x-1" not in str(logs)


async def test_a_key_may_name_a_header_of_a_service_that_signs(site: Site) -> None:
    """The same body may then start twice: that is what such a key is for."""
    signed = [sign("github", [SECRETS["github"][0]], b"{}", 0, delivery) for delivery in ("d-1", "d-1", "d-2")]
    answers = [started(await post(site, "github", headers=headers)) for headers in signed]

    assert (answers[0] == answers[1], answers[1] == answers[2]) == (True, False)
    unnamed = {name: value for name, value in signed[0].items() if name != "x-github-delivery"}
    assert (await post(site, "github", headers=unnamed)).json()["code"] == "hook.key"


async def test_a_run_that_is_over_is_not_started_by_its_delivery_again(site: Site) -> None:
    delivery = {"X-GitHub-Delivery": "d-1"}
    first = await send(site, "plain", 1, **delivery)
    by_key = {"authorization": f"Bearer {API_KEY}"}
    assert (await site.client.post(f"/api/v1/executions/{first}/cancel", headers=by_key)).status_code < 300

    again = await post(site, "plain", b"1", {**BEARER, **delivery})

    assert started(again) == first
    assert again.json()["status"] == "cancelled"
