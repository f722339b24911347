"""Organizations cannot see each other (T14): every route, with every role, on another organization's things.

A new operation is in this table by itself; one whose address names a new kind of thing must be given one below.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import orjson
from joserfc.jwk import ECKey
from pydantic.alias_generators import to_camel

from botflow.records.access import SCOPES_OF, Role
from botflow.service.models import Body
from botflow.web.api import exports
from botflow.web.api.executions import usage
from botflow.web.app import OPERATIONS
from botflow.web.rest.operation import Operation
from tests.faults.waiting import until
from tests.web.api.calls import call, call_at, organization_key, outcome
from tests.web.site import ORDER, Site, open_site

MOVING = re.compile(r'"(lastUsedAt|lookAt)":"[^"]*"')
SECRET = "canary-of-the-others"  # in everything that the other organization has
PERSON = "a-person-of-theirs"
ROLES = tuple(Role)
# What a query must have, if it must have it; as far as it names a thing, it is the other organization's.
QUERY = {
    "node": "start",
    "externalId": PERSON,
    "userId": PERSON,
    "workflow": "theirs",
    "groupBy": "day",
    "module": "twilio",
    "name": "theirs",
    "address": PERSON,
    "after": "2026-01-01",
    "before": "2026-01-02",
}
# Addresses that name no thing that exists: whatever is written there is the caller's own.
OF_THE_CALLER = {"update_contact", "declare_contact_field", "remove_contact_field"}


async def things_of(site: Site, key: str) -> Mapping[str, str]:
    """Make one thing of each kind in the organization of `key`, and return their ids by the names in addresses."""
    document = {
        "id": "theirs",
        "name": SECRET,
        "nodes": [
            {"id": "start", "type": "chatbot", "actionType": "message_received", "next": "ask"},
            {"id": "ask", "type": "chatbot", "actionType": "ask", "properties": {"text": SECRET, "variable": "name"}},
            {"id": "nightly", "type": "trigger", "actionType": "schedule", "properties": {"cron": "0 3 1 1 *"}},
            {
                "id": "yearly",
                "type": "trigger",
                "actionType": "campaign",
                "properties": {"field": "born", "at": "09:00", "repeats": "yearly"},
            },
        ],
        "contactFields": {"born": {"type": "date"}},
        "chat": {"feedback": True},
    }
    assert (await call(site, "POST", "/workflows", document, key=key)).status_code == 201
    assert (await call(site, "POST", "/workflows/theirs/publish", {"message": SECRET}, key=key)).status_code == 200
    made = (await call(site, "POST", "/keys", {"name": SECRET, "role": "viewer"}, key=key)).json()
    user = {"email": f"{SECRET}@example.com", "name": SECRET, "role": "viewer"}
    person = (await call(site, "POST", "/users", user, key=key)).json()
    public = ECKey.generate_key("P-256").as_pem(private=False).decode()
    trusted = {"name": SECRET, "algorithm": "ES256", "publicKey": public, "role": "viewer"}
    token_key = (await call(site, "POST", "/token-keys", trusted, key=key)).json()
    [edge] = (await call(site, "GET", "/workflows/theirs/edges", key=key)).json()["items"]
    headers = {"authorization": f"Bearer {key}"}
    spoken = {"text": SECRET, "externalId": PERSON}
    assert (await site.client.post("/chat/theirs/messages", json=spoken, headers=headers)).status_code == 200
    thought = {"messageId": "1.0", "value": "down", "comment": SECRET, "externalId": PERSON}
    assert (await site.client.post("/chat/theirs/feedback", json=thought, headers=headers)).status_code == 200
    [session] = (await call(site, "GET", "/workflows/theirs/sessions", key=key)).json()["items"]
    handed_off = await call(site, "POST", f"/sessions/{session['id']}/hand-off", {"person": SECRET}, key=key)
    assert handed_off.status_code == 200
    [handoff] = (await call(site, "GET", "/handoffs", key=key)).json()["items"]
    [execution] = (await call(site, "GET", "/executions", key=key)).json()["items"]
    secrets = {"module": "twilio", "name": SECRET, "fields": {"accountSid": "AC" + "0" * 32, "authToken": SECRET}}
    credential = (await call(site, "POST", "/credentials", secrets, key=key)).json()
    hook = (await call(site, "POST", "/webhooks", {"url": f"https://{SECRET}.example/"}, key=key)).json()
    plan = (await call(site, "POST", "/workflows/theirs/plan", {}, key=key)).json()
    planned = await call(site, "POST", "/workflows/theirs/publish", {"token": plan["token"]}, key=key)
    other = await call(site, "PUT", "/workflows/theirs/draft", {**document, "apology": SECRET}, key=key)
    assert other.status_code == 200
    canary = (await call(site, "POST", "/workflows/theirs/canaries", {"percent": 0}, key=key)).json()
    erasure = (await call(site, "POST", "/erasures", {"externalId": f"{PERSON}-erased"}, key=key)).json()["id"]

    text = {"type": "text"}
    assert (await call(site, "PUT", "/contact-fields/theirs", text, key=key)).status_code == 200
    known: dict[str, Any] = {"name": SECRET, "fields": {"theirs": SECRET}, "join": [SECRET]}
    known["addresses"] = [{"channel": "chat", "address": PERSON}]
    contact = (await call(site, "POST", "/contacts", known, key=key)).json()

    async def is_erased() -> bool:
        return bool((await call(site, "GET", f"/erasures/{erasure}", key=key)).json()["state"] == "done")

    await until(is_erased, "the erasure is done")
    return {
        "erasure": erasure,
        "contact": str(contact["id"]),
        "field": "theirs",
        "session": session["id"],
        "handoff": handoff["id"],
        "execution": execution["id"],
        "credential": credential["id"],
        "canary": str(canary["id"]),
        "webhook": hook["id"],
        "event": (await call(site, "GET", "/events", key=key)).json()["next"],
        "publication": str(planned.json()["publication"]),
        "call": f"{session['id']}.1.0",
        "inbound": f"{session['id']}.1",
        "outbound": f"{session['id']}.1.0",
        "channel": "sms",
        "address": "+12125550111",
        "workflow": "theirs",
        "node": "ask",
        "schedule": "nightly",
        "campaign": "yearly",
        "edge": edge["id"],
        "version": "1",
        "key": made["id"],
        "user": person["id"],
        "token_key": token_key["id"],
        "source": "theirs.tables",
        "name": "theirs.ask",  # node types are no organization's
    }


def cells() -> list[tuple[Operation, Role]]:
    return [(operation, role) for operation in OPERATIONS for role in ROLES]


def body_of(operation: Operation) -> Any:
    """Return a body that the operation takes, so that nothing but the address can be wrong."""
    if operation.body is None:
        return None
    return orjson.loads(operation.body.example) if issubclass(operation.body, Body) else {"id": "theirs", "nodes": []}


async def test_no_route_shows_or_changes_another_organizations_things(database_url: str) -> None:
    async with open_site(database_url, flows=(ORDER,)) as site:
        theirs = await organization_key(site, "theirs")
        things = await things_of(site, theirs)
        keys = {role: await organization_key(site, "ours", role) for role in ROLES}
        for key in keys.values():  # a first use is noted, which changes a row
            await call(site, "GET", "/workflows", key=key)
        before = await others_state(site, theirs)
        seen: Counter[int] = Counter()
        for operation, role in cells():
            path = address_of(operation, things)
            answer = await call_at(site, operation.method, path, body_of(operation), key=keys[role])
            seen[answer.status_code] += 1
            cell = f"{operation.method} {path} as {role}: {answer.status_code} {answer.text[:200]}"
            assert SECRET not in answer.text, cell
            assert answer.status_code < 500, cell
            if operation.scope not in SCOPES_OF[role]:
                assert outcome(answer) == (403, "scope.missing"), cell
            elif "{" in operation.path and operation.handler.__name__ not in OF_THE_CALLER:
                assert answer.status_code == 404, cell
        assert await others_state(site, theirs) == before
        print(f"{len(cells())} cells of {len(OPERATIONS)} operations and {len(ROLES)} roles: {dict(seen)}, leaks 0")


def address_of(operation: Operation, things: Mapping[str, str]) -> str:
    """Return the operation's address with the other organization's things, and the query that it must have; also the
    other's workflow, where a query may name one."""
    fields = operation.query.model_fields if operation.query else {}
    needed = [to_camel(name) for name, each in fields.items() if each.is_required() or name == "workflow"]
    return operation.address.format(**things) + ("?" if needed else "") + urlencode({n: QUERY[n] for n in needed})


async def others_state(site: Site, key: str) -> list[Any]:
    """Return all that the other organization can read of itself, but for what is said of the time until now, for
    exports, which show what lists show, for when its own key was used last, which is noted once a minute, and for when
    a campaign is looked at next."""
    apart = (usage.TAG, exports.TAG)  # an export is an entry of the audit log, which would change what is read
    readable = [each for each in OPERATIONS if each.method == "GET" and "{" not in each.path and each.tag not in apart]
    allowed = [each for each in readable if each.scope in SCOPES_OF[Role.OWNER]]
    answers = [await call_at(site, "GET", address_of(each, {}), key=key) for each in allowed]
    return [MOVING.sub("", answer.text) for answer in answers]


async def test_no_operation_answers_without_a_key(database_url: str) -> None:
    async with open_site(database_url, flows=(ORDER,)) as site:
        for operation in OPERATIONS:
            site.clock.ahead_s += 1  # a minute takes 300 wrong keys of one address
            path = operation.address.replace("{", "").replace("}", "")
            for headers in ({}, {"authorization": "Bearer bf_0123456789abcdef_x"}, {"authorization": "Basic YTpi"}):
                answer = await site.client.request(operation.method, path, headers=headers)
                assert answer.status_code == 401, f"{operation.method} {path}"


async def test_a_key_speaks_for_people_of_its_own_organization_alone(database_url: str) -> None:
    async with open_site(database_url, flows=(ORDER,)) as site:
        ours = {"authorization": f"Bearer {await organization_key(site, 'ours')}"}
        body = {"text": "hi", "externalId": "ann"}
        refused = await site.client.post("/chat/order/messages", json=body, headers=ours)
        assert outcome(refused) == (404, "workflow.unknown")
        for path in ("/chat/order/messages?externalId=ann", "/chat/order/events?externalId=ann"):
            assert (await site.client.get(path, headers=ours)).status_code == 404
        viewer = {"authorization": f"Bearer {await organization_key(site, 'ours', 'viewer')}"}
        refused = await site.client.post("/chat/order/messages", json=body, headers=viewer)
        assert outcome(refused) == (403, "scope.missing")
        metrics = await site.client.get("/metrics", headers=ours)
        assert outcome(metrics) == (403, "scope.missing")
