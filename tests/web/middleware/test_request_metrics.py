"""Requests in the metrics: by the template of their route, with labels that no stranger can choose."""

from __future__ import annotations

import asyncio
import socket
from urllib.parse import urlsplit

import pytest

from botflow.runtime.process.overload import Bounds
from tests.metric_samples import Samples
from tests.web.site import API_KEY, HeldModel, Site, open_site

KEY = {"authorization": f"Bearer {API_KEY}"}


async def scrape(site: Site) -> Samples:
    answer = await site.client.get("/metrics", headers=KEY)
    assert answer.status_code == 200, answer.text
    return Samples(answer.text)


async def test_a_request_counts_under_its_routes_template(sqlite_site: Site) -> None:
    visit = await sqlite_site.visit()
    await visit.say("hello")
    await visit.say("Ann")
    assert (await visit.post(text="pizza", messageId="m" * 300)).status_code == 422
    found = await scrape(sqlite_site)
    messages = {"route": "/chat/{workflow}/messages", "method": "POST"}
    assert found.value("botflow_requests_total", **messages, status="2xx") == 2
    assert found.value("botflow_requests_total", **messages, status="4xx") == 1
    assert found.value("botflow_request_duration_seconds_count", **messages) == 3
    assert found.value("botflow_request_duration_seconds_sum", **messages) > 0
    assert found.value("botflow_requests_total", route="/chat/{workflow}/sessions", status="2xx") == 1


async def test_every_route_has_a_name_of_its_own(sqlite_site: Site) -> None:
    paths = ("/api/v1/executions", "/api/v1/workflows", "/healthz", "/readyz")
    for path in paths:
        assert (await sqlite_site.client.get(path, headers=KEY)).status_code == 200
    found = await scrape(sqlite_site)
    assert [found.value("botflow_requests_total", route=path, method="GET") for path in paths] == [1, 1, 1, 1]


async def test_strangers_add_no_series(sqlite_site: Site) -> None:
    """Scanners ask for paths, methods, workflows and addresses that never were."""
    client = sqlite_site.client

    async def attack(number: int) -> None:
        await client.get(f"/wp-{number}/{number}.php?token=t{number}")
        await client.get(f"/{number}/a/b/c/{number}")
        for method in ("PROPFIND", "PURGE", f"BREW{number}"):
            await client.request(method, f"/{number}")
        await client.post(f"/chat/w{number}/messages", json={"text": "x"}, headers=KEY)
        await client.put(f"/api/v1/contacts/sms/+1555000{number}", json={}, headers=KEY)
        await client.get("/api/v1/executions", headers={"authorization": f"Bearer key{number}"})
        await client.options("/chat/order/messages", headers={"origin": f"https://{number}.example.com"})

    async with asyncio.timeout(20):  # the event loop's own series come half a second after the start
        while True:
            if (await scrape(sqlite_site)).value("botflow_event_loop_lag_seconds_count"):
                break
            await asyncio.sleep(0.05)
    for number in range(30):
        await attack(number)
    before = await scrape(sqlite_site)
    for number in range(30, 60):
        await attack(number)
    after = await scrape(sqlite_site)
    assert len(after) == len(before)
    assert after.value("botflow_requests_total", route="unmatched", status="4xx") >= 120
    assert after.value("botflow_requests_total", method="other") == 120
    shown = str(after.labels("botflow_requests_total"))
    assert "PURGE" not in shown
    assert "1555" not in shown


async def test_refusals_count_by_their_code(sqlite_url: str) -> None:
    async with open_site(sqlite_url, bounds=Bounds(in_flight=0)) as site:
        assert (await site.client.post("/chat/order/sessions")).status_code == 503
        await site.client.get("/nowhere")
        await site.client.get("/api/v1/executions")
        await site.client.post("/twilio/order", data={"From": "+15551234567"})
        found = await scrape(site)
    codes = ("overloaded", "http.not_found", "token.missing", "webhook.forged")
    assert [found.value("botflow_refusals_total", code=code) for code in codes] == [1, 1, 1, 1]


async def test_a_stream_counts_when_it_begins_and_not_for_how_long_it_lasts(sqlite_site: Site) -> None:
    visit = await sqlite_site.visit()
    async with sqlite_site.client.stream("GET", "/chat/order/events", headers=visit.headers) as stream:
        assert stream.status_code == 200
        await asyncio.sleep(0.6)
    route = "/chat/{workflow}/events"
    async with asyncio.timeout(20):
        while True:
            found = await scrape(sqlite_site)
            if found.value("botflow_requests_total", route=route, status="2xx"):
                break
            await asyncio.sleep(0.05)
    assert found.value("botflow_request_duration_seconds_bucket", route=route, le="0.5") == 1


async def test_a_client_that_leaves_before_its_answer_is_counted_as_such(sqlite_url: str, model: HeldModel) -> None:
    async with open_site(sqlite_url) as site:
        place = urlsplit(site.url)
        with socket.create_connection((place.hostname or "", place.port or 0)) as client:
            client.sendall(b"POST /chat/order/messages HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n{")
            await asyncio.sleep(0.2)
        async with asyncio.timeout(20):
            while True:
                if (await scrape(site)).value("botflow_requests_total", status="closed"):
                    break
                await asyncio.sleep(0.05)


@pytest.mark.parametrize("dev", [False, True])
async def test_the_widgets_files_are_one_route(sqlite_url: str, dev: bool) -> None:
    async with open_site(sqlite_url, dev=dev) as site:
        for path in ("/widget/a.js", "/widget/b.js", "/widget/c/d.js"):
            await site.client.get(path)
        found = await scrape(site)
    routes = {labels["route"] for labels in found.labels("botflow_requests_total")}
    assert len(routes) <= 3
    assert not any("a.js" in route for route in routes)
