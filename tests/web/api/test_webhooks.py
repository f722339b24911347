"""Events reach webhooks, streams and observers: signed, in order, at least once, and none of another organization."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy import func, select, update
from standardwebhooks.webhooks import WebhookVerificationError

from botflow.keyring import Keyring
from botflow.plugins import Plugin
from botflow.records.events import LifecycleEvent
from botflow.runtime.events.signatures import WebhookSafe, WebhookSecrets, reseal_webhooks
from botflow.runtime.events.teller import PAUSES_S
from botflow.storage.engines.dialects import now
from botflow.storage.events.feeds import keep_house
from botflow.storage.events.recording import SOURCES, missing_sources
from botflow.storage.events.webhooks import all_webhooks, replace_secrets
from botflow.storage.tables import event_consumers, event_feeds, event_sources, events, webhook_deliveries
from tests.runtime.until import until
from tests.web.api.calls import answered, call, organization_key, outcome
from tests.web.api.receiver import receiving
from tests.web.site import API_KEY, ORDER, Site, open_site

LOOPBACK = ("127.0.0.0/8",)


@dataclass(slots=True, eq=False)
class Noting:
    """An observer that fails at the first event that it gets."""

    name: str = "noting"
    noted: list[LifecycleEvent] = field(default_factory=list)

    async def notice(self, organization: int, event: LifecycleEvent) -> None:
        self.noted.append(event)
        if len(self.noted) == 1:
            raise RuntimeError("not yet")


async def test_a_webhook_gets_signed_events_in_order(database_url: str) -> None:
    async with (
        receiving() as receiver,
        open_site(database_url, flows=(ORDER,), botflow_webhook_networks=LOOPBACK) as site,
    ):
        made = await answered(site, "POST", "/webhooks", {"url": receiver.url})
        visit = await site.visit()
        await visit.say("Ann")
        await visit.say("pizza")
        await until(lambda: "workflow.completed" in receiver.types())
        got = receiver.verified(made["secret"])
        assert got[0]["type"] == "workflow.started"
        assert set(got[0]["data"]) == {"workflow", "session", "channel", "version", "execution", "node"}
        assert [each["type"] for each in got][-2:] == ["step.ended", "workflow.completed"]
        assert len({each["data"]["execution"] for each in got}) == 1
        started = [each["data"]["node"] for each in got if each["type"] == "step.started"]
        assert started == [each["data"]["node"] for each in got if each["type"] == "step.ended"]
        assert b"Ann" not in b"".join(body for _, body in receiver.got)
        page = await answered(site, "GET", "/events")
        assert [each["id"] for each in page["items"]] == [headers["webhook-id"] for headers, _ in receiver.got]
        with pytest.raises(WebhookVerificationError):
            receiver.verified("whsec_" + "A" * 43 + "=")


async def hurry(site: Site, **values: Any) -> None:
    """Let every consumer that has something to be told be told it now."""
    mine = update(event_consumers).where(event_consumers.c.number < event_consumers.c.latest)
    due = mine.values(due_at=now(), **values)
    await site.runtime.database.engine.write(lambda connection: connection.execute(due).rowcount)


async def test_a_webhook_that_fails_is_tried_again_then_disabled_and_goes_on_where_it_was(database_url: str) -> None:
    async with (
        receiving() as receiver,
        open_site(database_url, flows=(ORDER,), botflow_webhook_networks=LOOPBACK) as site,
    ):
        receiver.status = 302
        made = await answered(site, "POST", "/webhooks", {"url": receiver.url, "types": ["workflow.*"]})
        one = f"/webhooks/{made['id']}"
        visit = await site.visit()
        await visit.say("Ann")
        await visit.say("pizza")

        async def deliveries() -> list[Any]:
            return list((await answered(site, "GET", f"{one}/deliveries"))["items"])

        async def has_failed() -> bool:
            return bool(await deliveries())

        await until(has_failed)
        [failed] = await deliveries()
        assert (failed["state"], failed["status"], failed["error"]) == ("retrying", 302, "webhook.refused")
        await hurry(site, failures=len(PAUSES_S))

        async def is_disabled() -> bool:
            return bool((await answered(site, "GET", one))["status"] == "disabled")

        await until(is_disabled)
        assert failed["event"] in (await answered(site, "GET", one))["disabledReason"]
        assert set(receiver.types()) == {"workflow.started"}  # later events wait for it, and no redirect is followed
        receiver.status, tried = 204, len(receiver.got)
        assert (await answered(site, "POST", f"{one}/test"))["isReceived"]
        again = await answered(site, "POST", f"{one}/events/{failed['event']}/replay")
        assert again == {"event": failed["event"], "isReceived": True, "status": 204, "error": None}
        await answered(site, "PATCH", one, {"status": "enabled"})
        await until(lambda: receiver.types()[-1] == "workflow.completed")
        assert receiver.types()[tried:] == [
            "webhook.test",
            "workflow.started",
            "workflow.started",
            "workflow.completed",
        ]
        ids = [headers["webhook-id"] for headers, _ in receiver.got]
        assert len(set(ids) - {ids[tried]}) == 2  # a repetition has the id of the first time
        receiver.got.clear()
        await answered(site, "POST", f"{one}/replay", {"since": "2026-01-01"})
        await until(lambda: receiver.types() == ["workflow.started", "workflow.completed"])
        assert [each["state"] for each in await deliveries()] == ["delivered", "delivered"]


async def test_a_receiver_that_asks_for_time_gets_it_within_bounds(database_url: str) -> None:
    async with (
        receiving() as receiver,
        open_site(database_url, flows=(ORDER,), botflow_webhook_networks=LOOPBACK) as site,
    ):
        made = await answered(site, "POST", "/webhooks", {"url": receiver.url})
        place = select(event_consumers.c.due_at).where(event_consumers.c.id == made["id"])
        tried = select(webhook_deliveries.c.at).where(webhook_deliveries.c.webhook_id == made["id"])
        visit = None
        for attempt, (status, asked, pause_s) in enumerate(((429, "7200", 7_200.0), (503, "9999999", PAUSES_S[-1])), 1):
            receiver.status, receiver.retry_after = status, asked
            visit = visit or await site.visit()
            if attempt > 1:
                await hurry(site)

            async def has_failed(attempts: int = attempt) -> bool:
                found = (await answered(site, "GET", f"/webhooks/{made['id']}/deliveries"))["items"]
                return bool(found) and found[-1]["attempts"] == attempts

            await until(has_failed)
            due, at = await site.runtime.database.engine.read(
                lambda connection: (connection.execute(place).scalar_one(), connection.execute(tried).scalar_one())
            )
            assert pause_s - 60 < (due - at).total_seconds() <= pause_s
        assert len(receiver.got) == 2


async def test_a_webhook_is_changed_its_secret_rotated_and_it_is_deleted(database_url: str) -> None:
    async with (
        receiving() as receiver,
        open_site(database_url, flows=(ORDER,), botflow_webhook_networks=LOOPBACK) as site,
    ):
        made = await answered(site, "POST", "/webhooks", {"url": receiver.url})
        one = f"/webhooks/{made['id']}"
        listed = await call(site, "GET", "/webhooks")
        assert made["secret"] not in listed.text + (await call(site, "GET", one)).text
        changed = await call(site, "PATCH", one, {"types": ["step.*"]}, if_match='"1"')
        assert (changed.status_code, changed.headers["etag"]) == (200, '"2"')
        late = await call(site, "PATCH", one, {"types": []}, if_match='"1"')
        assert outcome(late) == (412, "webhook.changed")
        rotated = await answered(site, "POST", f"{one}/rotate", {})
        await answered(site, "POST", f"{one}/test")
        for secret in (made["secret"], rotated["secret"]):
            assert [each["type"] for each in receiver.verified(secret)] == ["webhook.test"]
        await answered(site, "POST", f"{one}/rotate", {"overlapHours": 0})
        receiver.got.clear()
        await answered(site, "POST", f"{one}/test")
        with pytest.raises(WebhookVerificationError):
            receiver.verified(rotated["secret"])
        assert (await call(site, "DELETE", one)).status_code == 204
        assert outcome(await call(site, "GET", one)) == (404, "webhook.unknown")
        log = await call(site, "GET", "/audit-log")
        actions = [each["action"] for each in log.json()["items"]]
        assert {"webhook.created", "webhook.updated", "webhook.secret_rotated", "webhook.deleted"} <= set(actions)
        assert "whsec_" not in log.text


@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_no_webhook_is_sent_into_the_network_of_the_deployment(database_url: str) -> None:
    async with receiving() as receiver, open_site(database_url, flows=(ORDER,)) as site:
        for url, code in (
            (receiver.url, "webhook.not_https"),
            ("https://127.0.0.1/", "webhook.private_address"),
            ("https://169.254.169.254/latest/meta-data", "webhook.private_address"),
            ("https://[::1]/", "webhook.private_address"),
            ("https://[::ffff:10.0.0.1]/", "webhook.private_address"),
            ("https://[64:ff9b::a00:1]/", "webhook.private_address"),
            ("https://[2002:a00:1::]/", "webhook.private_address"),
            ("https://ann:secret@example.com/", "webhook.url"),
            ("ftp://example.com/", "webhook.url"),
            ("https://", "webhook.url"),
        ):
            assert outcome(await call(site, "POST", "/webhooks", {"url": url})) == (422, code), url
        named = await answered(site, "POST", "/webhooks", {"url": "https://localhost/"})
        sent = await answered(site, "POST", f"/webhooks/{named['id']}/test")
        assert (sent["isReceived"], sent["error"]) == (False, "webhook.private_address")
        assert receiver.got == []


async def test_events_are_read_in_pages_and_as_a_stream_by_their_organization_alone(database_url: str) -> None:
    async with open_site(database_url, flows=(ORDER,)) as site:
        visit = await site.visit()
        await visit.say("Before anyone asked")
        assert await noted(site) == 0
        first = await answered(site, "GET", "/events")
        assert first["items"] == []
        theirs = await organization_key(site, "theirs")
        assert (await answered(site, "GET", "/events", key=theirs))["items"] == []
        await visit.say("pizza")
        shown: list[str] = []
        async with asyncio.timeout(20):
            async for line in stream_of(site, first["next"]):
                shown.append(line)
                if line == "event: workflow.completed":
                    break
        ids = [line.removeprefix("id: ") for line in shown if line.startswith("id: ")]
        page = await answered(site, "GET", f"/events?after={first['next']}&limit=2")
        rest = await answered(site, "GET", f"/events?after={page['next']}")
        assert [each["id"] for each in page["items"] + rest["items"]] == ids
        async for line in stream_of(site, ids[-2]):
            if line.startswith("id: "):
                assert line == f"id: {ids[-1]}"
                break
        ended = await answered(site, "GET", f"/events?after={first['next']}&types=workflow.completed,contact.*")
        assert [each["id"] for each in ended["items"]] == ids[-1:]
        assert (await answered(site, "GET", "/events", key=theirs))["items"] == []
        for after in (ids[0], "evt_0000000000000000_1", "nonsense"):
            assert outcome(await call(site, "GET", f"/events?after={after}", key=theirs)) == (404, "event.unknown")
        wrong = await call(site, "GET", "/events?types=workflow.exploded")
        assert outcome(wrong) == (422, "event.type_unknown")


@pytest.mark.parametrize("database_kind", ["sqlite"])
async def stream_of(site: Site, after: str, key: str = API_KEY) -> AsyncIterator[str]:
    headers = {"authorization": f"Bearer {key}", "accept": "text/event-stream", "last-event-id": after}
    async with site.client.stream("GET", "/api/v1/events", headers=headers) as stream:
        async for line in stream.aiter_lines():
            yield line


async def noted(site: Site) -> int:
    """Return how many rows were written for events."""
    counts = [select(func.count()).select_from(table) for table in (events, event_sources)]
    return await site.runtime.database.engine.read(
        lambda connection: sum(connection.execute(count).scalar_one() for count in counts)
    )


async def test_what_operators_do_is_told_and_nothing_is_recorded_when_nobody_asks_any_more(database_url: str) -> None:
    async with open_site(database_url, flows=(ORDER,)) as site:
        engine = site.runtime.database.engine
        start = (await answered(site, "GET", "/events"))["next"]
        assert await engine.read(missing_sources) == []
        visit = await site.visit()
        await visit.say("Ann")
        [execution] = (await answered(site, "GET", "/executions"))["items"]
        session = execution["session"]
        await answered(site, "POST", f"/executions/{execution['id']}/pause")
        await answered(site, "POST", f"/executions/{execution['id']}/resume")
        await answered(site, "POST", f"/sessions/{session}/hand-off", {"person": "Maria"})
        await answered(site, "POST", f"/sessions/{session}/return", {})
        await answered(site, "POST", f"/executions/{execution['id']}/cancel")
        await answered(site, "POST", "/workflows/order/deactivate")

        async def told() -> list[str]:
            found = await answered(site, "GET", f"/events?after={start}&types=workflow.*,session.*")
            return [each["type"].partition(".")[2] for each in found["items"]]

        async def is_complete() -> bool:
            return (await told())[-1:] == ["status_changed"]

        await until(is_complete)
        assert await told() == [
            *("started", "paused", "resumed", "handed_off", "returned", "cancelled", "status_changed")
        ]
        steps = await answered(site, "GET", f"/events?after={start}&types=step.*")
        begun, ended = (
            [each["data"]["node"] for each in steps["items"] if each["type"] == kind]
            for kind in ("step.started", "step.ended")
        )
        assert begun == ended
        assert "Maria" not in (await call(site, "GET", "/events")).text
        over = update(event_feeds).values(wanted_until=now(-1))
        await engine.write(lambda connection: connection.execute(over).rowcount)
        await keep_house(engine)
        assert await engine.read(missing_sources) == list(SOURCES)
        assert await noted(site) == 0
        assert outcome(await call(site, "GET", f"/events?after={start}")) == (404, "event.unknown")


async def test_an_observer_of_a_plugin_is_told_until_it_takes_note(database_url: str) -> None:
    observer = Noting()
    async with open_site(database_url, flows=(ORDER,), plugins=(Plugin(name="noting", observers=(observer,)),)) as site:

        async def is_recording() -> bool:
            told = select(event_consumers.c.id)
            found = await site.runtime.database.engine.read(lambda connection: connection.execute(told).scalars().all())
            return found == ["observer:noting"]

        await until(is_recording)
        await (await site.visit()).say("Ann")
        await until(lambda: len(observer.noted) == 1)
        await until(lambda: hurried(site, observer))
        assert observer.noted[0] == observer.noted[1]
        assert observer.noted[1].type == "workflow.started"
        assert [event.id for event in observer.noted[1:]] == sorted(
            (event.id for event in observer.noted[1:]), key=lambda id: int(id.rpartition("_")[2])
        )


async def hurried(site: Site, observer: Noting) -> bool:
    await hurry(site)
    return len(observer.noted) > 3


async def test_a_new_secret_of_the_deployment_opens_the_secrets_of_webhooks(database_url: str) -> None:
    former, newest = "former-secret-0123456789-0123456789", "newest-secret-0123456789-0123456789"
    async with open_site(database_url, flows=(ORDER,)) as site:
        made = await answered(site, "POST", "/webhooks", {"url": "https://example.com/"})
        engine = site.runtime.database.engine
        organization = (await engine.read(all_webhooks))[0].organization
        sealed = WebhookSafe(Keyring(former)).seal(organization, made["id"], WebhookSecrets(current="whsec_AAAA"))
        [row] = await engine.read(all_webhooks)
        assert await engine.write(replace_secrets, row, sealed) == 1
        both = WebhookSafe(Keyring(newest, former))
        assert [await engine.write(reseal_webhooks, both) for _ in range(2)] == [1, 0]
        [row] = await engine.read(all_webhooks)
        assert WebhookSafe(Keyring(newest)).open(row).current == "whsec_AAAA"


async def test_a_turn_writes_no_row_for_events_while_another_organization_alone_wants_them(database_url: str) -> None:
    async with open_site(database_url, flows=(ORDER,)) as site:
        theirs = await organization_key(site, "theirs")
        await answered(site, "GET", "/events", key=theirs)
        await (await site.visit()).say("Ann")
        assert await noted(site) == 0
