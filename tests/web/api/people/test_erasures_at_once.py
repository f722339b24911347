"""What meets an erasure: itself in another process, arrivals while it is under way, and a provider in trouble."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

import pytest
from botflow_twilio import rest
from sqlalchemy import Connection, func, select, update

from botflow.keyring import Keyring
from botflow.records.erasures import Erasing, Person
from botflow.runtime.erasures.eraser import sign_receipt
from botflow.runtime.erasures.provider_redaction import ProviderRedaction
from botflow.runtime.process.worker import WorkerOptions
from botflow.storage.engines.dialects import now
from botflow.storage.erasure import ledger
from botflow.storage.erasure.deleting import queue_redactions
from botflow.storage.tables import redactions
from tests.dumps import dump_of, places_of
from tests.faults.waiting import until
from tests.organizations import HOME
from tests.stand_ins.twilio import TwilioMessage, TwilioStandIn
from tests.storage.open_transaction import BLOCKED, open_transaction
from tests.web.api.calls import answered, call, call_at
from tests.web.api.test_same_moment import HOLD_AUDIT_LOG, at_once
from tests.web.site import ORDER, SECRET, Site, open_site

PHONE = "+15550001111"
NAMED = {"address": PHONE}


@asynccontextmanager
async def phone_site(url: str, twilio: TwilioStandIn, worker: WorkerOptions | None = None) -> AsyncIterator[Site]:
    """Serve, with a Twilio; without a worker the test does each step itself."""
    async with open_site(
        url, flows=(ORDER,), worker=worker, environment=twilio.environment, botflow_public_url=twilio.public_url
    ) as site:
        yield site


async def told(site: Site, twilio: TwilioStandIn, text: str) -> tuple[TwilioMessage, ...]:
    """Let the person text this, twice, and get the answer; return it."""
    form = twilio.incoming(PHONE, "+15550002222", text)
    reply = await twilio.deliver(site.client, "/twilio/order", form)
    assert reply.status == 200
    for message in reply.messages:
        assert await twilio.report(site.client, message, "delivered") in (204, 404)
    assert (await site.client.post("/twilio/order", data=form, headers=twilio.signed("/twilio/order", form))).is_success
    return reply.messages


def provider_redaction(site: Site) -> ProviderRedaction:
    """Return what asks the provider, as each process has it."""
    runtime = site.runtime
    return ProviderRedaction(
        runtime.database.engine, runtime.channels, runtime.accounts, Keyring(SECRET), runtime.clock
    )


async def begun_with(site: Site, references: list[str]) -> int:
    """Begin an erasure that has queued the deletion of these messages; return its id."""
    id = int((await answered(site, "POST", "/erasures", NAMED))["id"])
    live, moment = site.runtime.flows.get("order"), site.runtime.clock.now()

    def queue(connection: Connection) -> int:
        erasing = Erasing(
            id=id,
            organization=HOME,
            person=Person(keys=(PHONE,), user=None),
            stage="list",
            cursor=[],
            counts={},
            requested_at=moment,
            age_s=0.0,
        )
        queue_redactions(connection, erasing, ((live.workflow, "sms", each) for each in references))
        return 0

    await site.runtime.database.engine.write(queue)
    return id


async def make_due(site: Site) -> None:
    """Let the time pass after which a redaction is tried again."""
    await site.runtime.database.engine.write(
        lambda connection: connection.execute(update(redactions).values(due_at=now())).rowcount
    )


async def states(site: Site) -> dict[str, int]:
    counted = select(redactions.c.state, func.count().label("number")).group_by(redactions.c.state)
    rows = await site.runtime.database.engine.read(lambda connection: connection.execute(counted).all())
    return {row.state: row.number for row in rows}


@pytest.mark.parametrize("database_kind", ["postgres"])
async def test_two_requests_at_once_begin_one_erasure_which_two_processes_carry_out(database_url: str) -> None:
    site_of = partial(open_site, database_url, flows=(ORDER,), worker=None)
    async with site_of() as one, site_of() as two:
        visit = await one.visit()
        await visit.say("canary-name")
        erase = partial(call_at, method="POST", address="/api/v1/erasures", body={"externalId": visit.external_id})
        answers = await at_once((one, two), database_url, lambda held: held.execute(HOLD_AUDIT_LOG), erase)
        id = answers[0].json()["id"]
        assert {answer.json()["id"] for answer in answers} == {id}
        while any(await asyncio.gather(one.runtime.eraser.work(), two.runtime.eraser.work())):
            pass
        read = await answered(two, "GET", f"/erasures/{id}")
        left = places_of(["canary-name", visit.external_id], dump_of(database_url))
    assert (read["state"], read["isGenuine"], left) == ("done", True, {})
    assert read["receipt"]["search"]["left"] == {}


async def test_what_arrives_during_an_erasure_is_answered_and_nothing_from_before_is_left(
    database_url: str,
) -> None:
    with TwilioStandIn() as twilio:
        async with phone_site(database_url, twilio, WorkerOptions()) as site:
            await told(site, twilio, "hi")
            [reply] = await told(site, twilio, "canary-name")
            id = (await answered(site, "POST", "/erasures", NAMED))["id"]
            steps, is_done = 0, False
            while not is_done:
                assert await twilio.report(site.client, reply, "delivered") in (204, 404)
                await told(site, twilio, f"step {steps}")
                for kind in ("sessions", "executions", "contacts"):
                    assert (await call(site, "GET", f"/exports/{kind}")).status_code == 200
                steps += 1
                is_done = (await answered(site, "GET", f"/erasures/{id}"))["state"] == "done"
            sessions = (await answered(site, "GET", "/workflows/order/sessions"))["items"]
            left = places_of(["canary-name"], dump_of(database_url))
    assert left == {}
    # On SQLite the erased session leaves an empty row if its number was the highest: no other session gets that number.
    assert [each["externalId"] for each in sessions if not each["externalId"].startswith("erased:")] == [PHONE]
    assert twilio.violations == []


async def test_a_provider_in_trouble_is_asked_again_until_it_has_deleted_each_message(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rest, "TIMEOUT_S", 1.0)
    with TwilioStandIn() as twilio:
        async with phone_site(database_url, twilio) as site:
            messages = [each for number in range(5) for each in await told(site, twilio, f"hi {number}")]
            id = await begun_with(site, [*(message.sid for message in messages), "SM" + "0" * 32])
            twilio.script_deletions("throttled", "error", "hang", "lost")
            asks = provider_redaction(site)
            while await asks.work():
                pass
            first = await states(site)
            while await site.runtime.eraser.work():
                pass
            await make_due(site)
            while await asks.work():
                pass
            read = await answered(site, "GET", f"/erasures/{id}")
            assert twilio.messages() == []
    assert first["pending"] >= 3
    assert (read["providers"]["sms"]["pending"], read["providers"]["sms"]["failed"]) == (0, 0)
    assert read["receipt"]["providers"] == read["providers"]


async def test_a_process_that_dies_between_the_request_and_its_note_leaves_it_to_another_one(
    database_url: str,
) -> None:
    with TwilioStandIn() as twilio:
        async with phone_site(database_url, twilio) as site:
            [message] = await told(site, twilio, "hi")
            await begun_with(site, [message.sid])
            twilio.script_deletions("late")  # deleted, and the answer is never heard
            dies = asyncio.create_task(provider_redaction(site).work())

            async def is_asked() -> bool:
                return twilio.deletions == [message.sid]

            await until(is_asked, "Twilio is asked")
            dies.cancel()
            await asyncio.gather(dies, return_exceptions=True)
            other = provider_redaction(site)
            assert not await other.work()  # for a minute it is the first one's
            assert await states(site) == {"pending": 1}
            await make_due(site)
            assert await other.work()
            assert await states(site) == {"done": 1}
            assert twilio.deletions == [message.sid] * 2


@pytest.mark.parametrize("database_kind", ["postgres"])
async def test_a_receipt_knows_of_a_deletion_that_was_noted_while_it_was_written(database_url: str) -> None:
    with TwilioStandIn() as twilio:
        async with phone_site(database_url, twilio) as site:
            id = await begun_with(site, ["SM" + "0" * 32])
            with open_transaction(database_url) as connection:  # the erasure's last step in another process
                assert ledger.finish(connection, id)
                record = ledger.find_erasure(connection, id)
                assert record is not None
                sign_receipt(connection, record, Keyring(SECRET), {})
                asks = asyncio.create_task(provider_redaction(site).work())

                async def waits() -> bool:
                    read = site.runtime.database.engine.read
                    return asks.done() or bool(await read(lambda reader: reader.execute(BLOCKED).scalar_one()))

                await until(waits, "the receipt is renewed")
            assert await asks
            read = await answered(site, "GET", f"/erasures/{id}")
    counted = {"pending": 0, "done": 0, "unknown": 1, "failed": 0}  # there is no such message at the provider
    assert read["receipt"]["providers"] == read["providers"] == {"sms": counted}
    assert read["isGenuine"]
