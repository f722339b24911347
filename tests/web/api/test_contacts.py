"""What is known of a person, set over HTTP: their time zone, by which quiet hours go."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import select

from botflow.records.sessions import SessionKey
from botflow.storage.tables import contacts
from tests.storage.aged_rows import opt_in
from tests.web.api.calls import call, other_organization
from tests.web.site import API_KEY, Site, open_site

ANN = "+12125550111"
KEY = {"authorization": f"Bearer {API_KEY}"}


@pytest.fixture
async def site(database_url: str) -> AsyncIterator[Site]:
    async with open_site(database_url) as opened:
        yield opened


async def put(site: Site, body: Any, address: str = ANN, channel: str = "sms") -> int:
    answer = await site.client.put(f"/api/v1/contacts/{channel}/{address}", json=body, headers=KEY)
    return answer.status_code


async def zones(site: Site) -> list[tuple[str, str | None, bool]]:
    found = select(contacts.c.address, contacts.c.time_zone, contacts.c.stopped)
    rows = await site.runtime.database.engine.read(lambda connection: connection.execute(found).all())
    return [tuple(row) for row in rows]


async def test_a_zone_is_remembered_changed_and_forgotten(site: Site) -> None:
    for zone in ("Europe/Berlin", "America/New_York", None):
        assert await put(site, {"timeZone": zone}) == 200
        assert await zones(site) == [(ANN, zone, False)]


async def test_every_spelling_is_the_same_contact_and_what_is_no_number_is_refused(site: Site) -> None:
    for written in ("%2B12125550111", "12125550111", "+1 212 555 0111 ", "001-212-555-0111", "whatsapp:+12125550111"):
        assert await put(site, {"timeZone": "Europe/Berlin"}, address=written) == 200
    assert await zones(site) == [(ANN, "Europe/Berlin", False)]
    for written in ("ann", "2125550111", "+0123456789", "2125550"):
        answer = await site.client.put(f"/api/v1/contacts/sms/{written}", json={"timeZone": None}, headers=KEY)
        assert (answer.status_code, answer.json()["code"]) == (422, "address.invalid")


async def test_who_had_stopped_stays_stopped(site: Site) -> None:
    key = SessionKey(site.runtime.flows.get("order").workflow, "sms", ANN)
    await site.runtime.contacts.stop(key, "SM1", "opt_out.word")

    assert await put(site, {"timeZone": "Europe/Berlin"}) == 200

    assert await zones(site) == [(ANN, "Europe/Berlin", True)]


async def test_a_zone_set_before_a_start_has_its_turn_does_not_keep_anybody_stopped(site: Site) -> None:
    key = SessionKey(site.runtime.flows.get("order").workflow, "sms", ANN)
    await site.runtime.contacts.stop(key, "SM1", "opt_out.word")
    said_at = await site.runtime.database.engine.read(
        lambda connection: connection.execute(select(contacts.c.updated_at)).scalar_one()
    )
    assert await put(site, {"timeZone": "Europe/Berlin"}) == 200

    await opt_in(site.runtime.database, key, said_at)

    assert await zones(site) == [(ANN, "Europe/Berlin", False)]


NO_ZONES: list[tuple[Any, int]] = [
    ({}, 422),
    ({"timeZone": "Nowhere/City"}, 422),
    ({"timeZone": 1}, 422),
    ({"zone": "UTC"}, 422),
    ([], 400),
    ("UTC", 400),
]


async def test_a_body_that_says_no_zone_changes_nothing(site: Site, subtests: pytest.Subtests) -> None:
    for body, status in NO_ZONES:
        with subtests.test(body=body):
            assert await put(site, body) == status
            assert await zones(site) == []


async def test_only_phones_have_contacts_and_only_the_api_key_may_say_where(site: Site) -> None:
    assert await put(site, {"timeZone": "UTC"}, channel="chat") == 404
    assert (await site.client.put(f"/api/v1/contacts/sms/{ANN}", json={"timeZone": "UTC"})).status_code == 401
    assert await zones(site) == []


async def test_each_organization_has_contacts_of_its_own(site: Site) -> None:
    key = await other_organization(site)
    assert await put(site, {"timeZone": "Europe/Berlin"}) == 200

    theirs = await call(site, "PUT", f"/contacts/sms/{ANN}", {"timeZone": "Asia/Tokyo"}, key)

    assert theirs.json() == {"channel": "sms", "address": ANN, "timeZone": "Asia/Tokyo"}
    assert sorted(zone or "" for _, zone, _ in await zones(site)) == ["Asia/Tokyo", "Europe/Berlin"]
