"""A person is erased everywhere: proved by a search of the test's own, through databases and Redis, for canaries."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from sqlalchemy import insert

from botflow.storage.engines.dialects import now
from botflow.storage.tables import contacts, decisions, spending
from tests.dumps import dump_of, places_of, redis_dump
from tests.faults.waiting import until
from tests.organizations import HOME
from tests.web.api.calls import answered, call
from tests.web.chat.uploads import PNG, upload
from tests.web.site import API_KEY, HeldModel, Site, Visit, open_site

RICH = """
botflow: 1
id: rich
name: Rich
interrupts: [{id: other, match: [other], target: ask}]
nodes:
  - {id: start, type: chatbot, actionType: message_received, next: book}
  - id: book
    type: chatbot
    actionType: form
    properties:
      text: "Who, and for how many?"
      fields:
        - {name: name, text: "Under which name?", words: [under]}
        - {name: people, text: "For how many?", expect: integer, min: 1, max: 20, words: [for]}
    on: {done: photo}
  - id: photo
    type: chatbot
    actionType: ask
    properties: {text: "A photo?", expect: media, variable: photo}
    next: think
  - {id: think, type: ai, actionType: reply, properties: {instructions: "Answer {{ name }}.", fallback: "?"}, next: job}
  - {id: job, type: logic, actionType: run, properties: {workflow: job, input: {who: "{{ name }}"}}, next: ask}
  - id: ask
    type: chatbot
    actionType: ask
    properties: {text: "More, {{ name }}?", variable: more, timeout: 2h}
    next: ask
"""
JOB = """
botflow: 1
id: job
name: Job
executionMode: single
nodes:
  - {id: start, type: trigger, actionType: manual, next: keep}
  - {id: keep, type: logic, actionType: set, properties: {variables: {seen: "{{ $input | tojson }}"}}, next: end}
  - {id: end, type: logic, actionType: end, properties: {output: "{{ seen }}"}}
"""
USER = "canary-user@example.com"
SAID = ("canaryname", "canary-model", "canary-more", "canary-note", "canary-staff", "canary-edit", "canary-file", USER)


async def erased(site: Site, **names: str) -> Mapping[str, Any]:
    """Erase a person, and return the finished erasure."""
    begun = await call(site, "POST", "/erasures", names, idempotency_key="once")
    assert begun.status_code == 202, begun.text
    return await finished(site, begun.json()["id"])


async def finished(site: Site, erasure: str) -> Mapping[str, Any]:
    address = f"/erasures/{erasure}"
    await becomes(site, address, "state", "done")
    return await answered(site, "GET", address)


async def becomes(site: Site, address: str, name: str, value: str) -> None:
    """Wait until a field of what is read there has this value."""

    async def is_so() -> bool:
        read = await answered(site, "GET", address)
        return bool(read.get("items", [read])[0][name] == value)

    await until(is_so, f"{name} of {address} is {value}")


async def talked(site: Site, model: HeldModel) -> tuple[Visit, str]:
    """Let a person say something of every kind, and operators do something of every kind with it."""
    visit = await site.visit("rich")
    await visit.say("hi")
    await visit.say("under canaryname for 4")
    file = (await upload(visit, PNG + b"canary-file", name="canary-file.png")).json()
    model.go_on.set()
    await visit.post(media=[{"id": file["id"]}], messageId="m1")
    session = str(await visit.number())
    await becomes(site, f"/sessions/{session}", "currentNodeId", "ask")
    await visit.say("canary-more")
    await answered(site, "PATCH", f"/sessions/{session}/context", {"variables": {"x": "canary-edit"}})
    await answered(site, "POST", f"/sessions/{session}/history", {"text": "canary-note"})
    await answered(site, "POST", f"/sessions/{session}/hand-off", {"person": "Eve"})
    said = await call(site, "POST", f"/sessions/{session}/messages", {"text": "canary-staff"}, idempotency_key="said")
    assert said.status_code == 202, said.text
    await answered(site, "POST", f"/sessions/{session}/return")
    return visit, session


async def run_for(site: Site, key: str, **body: Any) -> str:
    """Let a run be over, asked for under an Idempotency-Key."""
    made = await call(site, "POST", "/workflows/job/executions", body, idempotency_key=key)
    assert made.status_code in (200, 201, 202), made.text
    execution = str(made.json()["id"])
    await becomes(site, f"/executions/{execution}", "status", "completed")
    return execution


async def forked(site: Site) -> list[str]:
    """Fork the conversation, and its fork, which hear again what was said."""
    [original] = (await answered(site, "GET", "/workflows/rich/executions"))["items"]
    forks = [original["id"]]
    for step in (2, 1):
        made = await answered(site, "POST", f"/executions/{forks[-1]}/fork", {"step": step})
        await becomes(site, f"/executions/{made['id']}", "node", "ask")
        forks.append(made["id"])
    return forks[1:]


async def moved(site: Site) -> None:
    """Publish another version by plan, which keeps the state that each session came from."""
    draft = await answered(site, "GET", "/workflows/rich/draft")
    await answered(site, "PUT", "/workflows/rich/draft", {**draft["document"], "name": "Richer"})
    plan = await answered(site, "POST", "/workflows/rich/plan", {"default": "same"})
    await answered(site, "POST", "/workflows/rich/publish", {"token": plan["token"]})
    await becomes(site, "/workflows/rich/publications", "state", "done")


async def by_hand(site: Site, visit: Visit, session: str) -> None:
    """Write what the gates of a phone would write about the person: the contact, evidence, a budget."""
    person = {"organization_id": HOME, "channel": "chat", "address": visit.external_id}
    budget = {"scope": "contact", "key": f"{HOME}:chat:{visit.external_id}", "segments": 1, "cost": 1}

    def write(connection: Any) -> None:
        evidence = {"kind": "delayed", "reason": "x", "session_id": int(session), "detail": {"text": "canary-more"}}
        connection.execute(insert(decisions).values(**person, **evidence, at=now()))
        connection.execute(
            insert(contacts).values(**person, stopped=False, time_zone="Europe/Berlin", updated_at=now())
        )
        connection.execute(insert(spending).values(**budget, day="2026-11-01"))

    await site.runtime.database.engine.write(write)


async def test_nothing_of_an_erased_person_is_left_anywhere(database_url: str, redis_url: str) -> None:
    model = HeldModel(pieces=("canary-", "model"))
    async with open_site(database_url, model=model, flows=(RICH, JOB), botflow_redis_url=redis_url) as site:
        visit, session = await talked(site, model)
        await run_for(site, "own-run", user=USER, input={"text": "canary-edit"})
        shared = await run_for(site, "shared-run", input={"people": [visit.external_id, "paul-0815"]})
        forks = await forked(site)
        other = await site.visit("rich")
        await other.say("hi")
        await moved(site)
        await by_hand(site, visit, session)
        canaries = (*SAID, visit.external_id)
        before = places_of(canaries, (*dump_of(database_url), *redis_dump(redis_url)))

        read = await erased(site, externalId=visit.external_id, userId=USER)

        left = places_of(canaries, (*dump_of(database_url), *redis_dump(redis_url)))
        kept = await answered(site, "GET", f"/executions/{shared}")
        gone = [(await call(site, "GET", f"/executions/{fork}")).status_code for fork in forks]
        again = await visit.say("hi")
        others = await other.say("under Paul for 2")
    assert sorted(before) == sorted(canaries)  # the test would else prove nothing
    assert left == {}
    assert gone == [404, 404]
    print({name: len(places) for name, places in before.items()}, read["receipt"])
    assert (read["isGenuine"], read["receipt"]["search"]["left"], read["receipt"]["kept"]) == (True, {}, [])
    assert "paul-0815" in str(kept)
    assert "[erased]" in str(kept)
    assert again == ["Who, and for how many?"]
    assert others == ["A photo?"]


async def test_an_opt_out_survives_and_the_log_knows_only_a_hash(database_url: str) -> None:
    async with open_site(database_url, flows=(JOB,), worker=None) as site:
        number = "+12125550111"
        row = {"organization_id": HOME, "channel": "sms", "address": number, "stopped": True, "time_zone": "Asia/Tokyo"}
        await site.runtime.database.engine.write(
            lambda connection: connection.execute(insert(contacts).values(**row, updated_at=now())).rowcount
        )
        await answered(site, "PUT", f"/contacts/sms/{number}", {"timeZone": "Europe/Berlin"})
        begun = await answered(site, "POST", "/erasures", {"address": "+1 212 555 0111"})
        while await site.runtime.eraser.work():
            pass
        read = await answered(site, "GET", f"/erasures/{begun['id']}")
        left = places_of([number.removeprefix("+")], dump_of(database_url))
        [entry, *_] = (await answered(site, "GET", "/audit-log"))["items"]
    assert left == {"12125550111": {"contacts.address"}}
    assert [(kept["what"], kept["rows"]) for kept in read["receipt"]["kept"]] == [("contacts.opt_out", 1)]
    assert (entry["action"], entry["subject"]) == ("person.erased", f"person:{read['person']}")


async def test_a_turn_under_way_loses_and_the_next_message_begins_a_new_conversation(database_url: str) -> None:
    model = HeldModel(pieces=("canary-", "model"))
    async with open_site(database_url, model=model) as site:
        visit = await site.visit("talk")
        under_way = asyncio.create_task(visit.post(text="canary-secret", messageId="m1"))
        await model.begun.wait()

        read = await erased(site, externalId=visit.external_id)
        model.go_on.set()
        await under_way
        left = places_of(["canary-secret", "canary-model", visit.external_id], dump_of(database_url))
        again = await visit.say("hello")
    assert (read["isGenuine"], left) == (True, {})
    assert again == ["canary-model"]


async def test_an_erasure_of_one_address_is_of_the_whole_contact(database_url: str) -> None:
    async with open_site(database_url) as site:
        await answered(site, "PUT", "/contact-fields/note", {"type": "text"})
        addresses = [{"channel": "chat", "address": "canary-ann"}, {"channel": "chat", "address": "canary-phone"}]
        known = {"name": "canaryname", "fields": {"note": "canary-note"}, "join": ["guests"], "addresses": addresses}
        await answered(site, "POST", "/contacts", known)
        spoken = {"text": "canary-said", "externalId": "canary-phone"}
        await site.client.post("/chat/order/messages", json=spoken, headers={"authorization": f"Bearer {API_KEY}"})

        receipt = (await erased(site, externalId="canary-ann"))["receipt"]

        gone = {name: rows["erased"] for name, rows in receipt["tables"].items()}
        stored = {"people": 1, "person_terms": 1, "person_values": 2, "contact_group_members": 1, "sessions": 1}
        assert stored.items() <= gone.items()
        assert receipt["tables"]["audit_log"]["redacted"] >= 1
        assert (await answered(site, "GET", "/contacts"))["items"] == []
        assert places_of(["canaryname", "canary-note", "canary-said", "canary-phone"], dump_of(database_url)) == {}
