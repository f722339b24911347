"""An API key that was revoked is refused at once, and what it had opened ends."""

from __future__ import annotations

from botflow.records.access import Principal, Scope
from botflow.service import Service
from tests.organizations import HOME
from tests.web.api.calls import answered, call, outcome
from tests.web.site import API_KEY, Site, open_site

EVENTS = {"accept": "text/event-stream"}


async def new_key(site: Site) -> tuple[str, dict[str, str]]:
    """Return the id of a new operator's key, and the headers that send it."""
    made = await answered(site, "POST", "/keys", {"name": "CRM", "role": "operator"})
    return made["id"], {"authorization": f"Bearer {made['key']}"}


async def test_a_revoked_key_is_refused_at_once_by_the_process_that_revoked_it(database_url: str) -> None:
    async with open_site(database_url) as site:
        await refuse_at_once(site)


async def refuse_at_once(site: Site) -> None:
    id, headers = await new_key(site)
    assert (await site.client.get("/api/v1/workflows", headers=headers)).status_code == 200  # it is believed now
    await answered(site, "POST", f"/keys/{id}/revoke")
    assert outcome(await site.client.get("/api/v1/workflows", headers=headers)) == (401, "token.invalid")
    by_itself, headers = await new_key(site)
    assert (await site.client.get("/api/v1/workflows", headers=headers)).status_code == 200
    owner = Principal(organization=HOME, actor="shop", scopes=frozenset(Scope))
    await Service(site.runtime, owner).keys.revoke_key(by_itself)
    assert outcome(await site.client.get("/api/v1/workflows", headers=headers)) == (401, "token.invalid")


async def test_the_head_of_a_stream_ends(site: Site) -> None:
    visit = await site.visit()
    for address in ("/api/v1/events", f"/chat/order/events?externalId={visit.external_id}"):
        answer = await site.client.head(address, headers=EVENTS | {"authorization": f"Bearer {API_KEY}"})
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
    assert (await call(site, "GET", "/workflows")).status_code == 200
