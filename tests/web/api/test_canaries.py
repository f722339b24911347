"""Canaries over HTTP: a share of the people gets another version, and all or none of them in the end."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest
from sqlalchemy import select

from botflow.errors import RejectedInbound
from botflow.records.canaries import Share
from botflow.storage.tables import sessions
from tests.storage.open_transaction import open_transaction
from tests.web.api.calls import answered, call, foreign_service, outcome
from tests.web.api.test_publications import ask, call_chat, finished, order, publish, say, stored
from tests.web.site import API_KEY, Site, open_site

ALL = "/workflows/order/canaries"
PEOPLE = [f"p{number}" for number in range(30)]
OLD, NEW = "Name?", "Full name?"


def first() -> dict[str, Any]:
    return order(ask("name", OLD, "name"), say("done", "Old {{ name }}"))


def second() -> dict[str, Any]:
    return order(ask("name", NEW, "name"), say("done", "New {{ name }}"))


async def published(site: Site) -> None:
    """Publish the first version, and write the second one into the draft."""
    await answered(site, "POST", "/workflows", first())
    await answered(site, "POST", "/workflows/order/publish")
    await answered(site, "PUT", "/workflows/order/draft", second())


async def begun(site: Site, percent: int) -> Mapping[str, Any]:
    await published(site)
    return await answered(site, "POST", ALL, {"percent": percent, "message": "Asks for more"})


async def heard(site: Site, person: str, text: str = "hi") -> str:
    [message] = (await call_chat(site, person, text))["messages"]
    return str(message["text"])


def share_of(site: Site, canary: Mapping[str, Any]) -> Share:
    share = site.runtime.flows.get("order").canary
    assert share is not None
    assert (share.canary, share.percent) == (canary["id"], canary["percent"])
    return share


async def versions_of(site: Site) -> dict[str, int]:
    """Return the version in which each person's session is, by its number."""
    ids = {row: number for number, row in enumerate(sorted({each[1] for each in (await stored(site)).values()}), 1)}
    return {person: ids[each[1]] for person, each in (await stored(site)).items()}


async def test_a_share_of_the_people_begins_in_the_version_on_trial_and_the_others_in_the_active_one(
    database_url: str,
) -> None:
    async with open_site(database_url, flows=()) as site:
        await published(site)
        assert await heard(site, "early") == OLD
        draft = (await call(site, "GET", "/workflows/order/draft")).headers["etag"]
        stale = await call(site, "POST", ALL, {"percent": 30}, if_match='"77"')
        assert outcome(stale) == (412, "draft.changed")
        made = await call(site, "POST", ALL, {"percent": 30, "message": "Asks for more"}, if_match=draft)
        canary = made.json()
        assert (made.status_code, canary["state"], canary["version"], canary["base"]) == (201, "running", 2, 1)
        assert (await answered(site, "GET", "/workflows/order"))["version"] == 1
        share = share_of(site, canary)
        chosen = [person for person in PEOPLE if share.has(person)]
        assert 0 < len(chosen) < len(PEOPLE)
        for person in PEOPLE:
            assert await heard(site, person) == (NEW if person in chosen else OLD)
        assert await heard(site, "early", "Ann") == "Old Ann"

        one = f"{ALL}/{canary['id']}"
        for person in chosen[:2]:
            assert await heard(site, person, "Bob") == "New Bob"
            assert await heard(site, person) == NEW  # who begins again is in the same arm
        read = await answered(site, "GET", f"{one}/report")
        arms = read["onTrial"], read["base"]
        rest = len(PEOPLE) - len(chosen)
        assert [(arm["version"], arm["started"], arm["statuses"]) for arm in arms] == [
            (2, len(chosen) + 2, {"waiting": len(chosen), "completed": 2}),
            (1, rest, {"waiting": rest}),
        ]
        [asked] = [node for node in read["onTrial"]["nodes"] if node["node"] == "name"]
        assert (asked["visits"], asked["waiting"]) == (len(chosen) + 2, len(chosen))

        assert outcome(await call(site, "PATCH", one, {"percent": 100}, if_match='"7"')) == (412, "canary.changed")
        weighted = await call(site, "PATCH", one, {"percent": 100}, if_match=made.headers["etag"])
        assert (weighted.status_code, weighted.json()["revision"], weighted.json()["percent"]) == (200, 2, 100)
        assert await heard(site, "early") == NEW
        await answered(site, "PATCH", one, {"percent": 0})
        assert await heard(site, "late") == OLD
        assert (await versions_of(site))[chosen[0]] == 2  # it stays where it began
        logged = await answered(site, "GET", "/audit-log?subject=workflow:order")
        assert [each["action"] for each in logged["items"]][:3] == [
            "workflow.canary_weighted",
            "workflow.canary_weighted",
            "workflow.canary_begun",
        ]


async def test_while_a_canary_runs_nothing_else_becomes_active_and_what_makes_no_sense_is_refused(
    database_url: str,
) -> None:
    async with open_site(database_url, flows=()) as site:
        await answered(site, "POST", "/workflows", first())
        assert outcome(await call(site, "POST", ALL, {"percent": 5})) == (409, "workflow.not_published")
        _, publication = await publish(site, second(), {})
        assert outcome(await call(site, "POST", ALL, {"percent": 5})) == (409, "canary.same_version")
        _, publication = await publish(site, first(), {})
        assert outcome(await call(site, "POST", ALL, {"percent": 5, "version": 9})) == (404, "version.unknown")
        for wrong in ({"percent": 101}, {"percent": -1}, {"percent": 1.5}, {}):
            assert (await call(site, "POST", ALL, wrong)).status_code == 422, wrong
        canary = await answered(site, "POST", ALL, {"percent": 5, "version": 1})
        assert (canary["version"], canary["base"]) == (1, 2)
        others: tuple[tuple[str, Any], ...] = (
            (ALL, {"percent": 5}),
            ("/workflows/order/publish", None),
            ("/workflows/order/versions/1/rollback", None),
            ("/workflows/order/activate", {"version": 1}),
            (f"/workflows/order/publications/{publication}/rollback", None),
        )
        for path, body in others:
            refused = await call(site, "POST", path, body)
            assert outcome(refused) == (409, "canary.running"), path
            assert f"canaries/{canary['id']}/promote" in refused.json()["hint"]
        one = f"{ALL}/{canary['id']}"
        assert outcome(await call(site, "GET", f"{ALL}/x")) == (404, "canary.unknown")
        assert outcome(await call(site, "GET", f"{ALL}/77")) == (404, "canary.unknown")
        planned = await call(site, "POST", f"{one}/plan", {"end": "promote", "moves": {"nmae": "same"}})
        assert outcome(planned) == (422, "plan.unknown_node")
        await answered(site, "POST", f"{one}/abort")
        assert outcome(await call(site, "PATCH", one, {"percent": 9})) == (409, "canary.ended")
        assert outcome(await call(site, "POST", f"{one}/plan", {"end": "abort"})) == (409, "canary.ended")
        assert outcome(await call(site, "POST", f"{one}/promote")) == (409, "canary.ended")
        again = await answered(site, "POST", ALL, {"percent": 50, "version": 1})
        listed = (await answered(site, "GET", ALL))["items"]
        assert [(each["id"], each["state"]) for each in listed] == [(again["id"], "running"), (canary["id"], "aborted")]
        foreign = (await foreign_service(site)).canaries
        for refused_call in (foreign.get_canaries("order"), foreign.promote_canary("order", again["id"])):
            with pytest.raises(RejectedInbound, match="there is no workflow"):
                await refused_call


async def test_a_promoted_version_takes_the_sessions_that_its_plan_moves_and_gives_them_back(database_url: str) -> None:
    async with open_site(database_url, flows=()) as site:
        canary = await begun(site, 40)
        share, one = share_of(site, canary), f"{ALL}/{canary['id']}"
        for person in PEOPLE[:10]:
            await heard(site, person)
        chosen = {person for person in PEOPLE[:10] if share.has(person)}
        plan = await answered(site, "POST", f"{one}/plan", {"end": "promote", "default": "same"})
        assert (plan["waits"], plan["wouldMove"], plan["wouldStay"]) == (10, 10 - len(chosen), len(chosen))
        wrong = await call(site, "POST", f"{one}/abort", {"token": plan["token"]})
        assert outcome(wrong) == (412, "plan.stale")
        ended = await answered(site, "POST", f"{one}/promote", {"token": plan["token"]})
        assert (ended["state"], ended["version"]) == ("promoted", 2)
        assert (await answered(site, "GET", "/workflows/order"))["version"] == 2
        done = await finished(site, ended["publication"])
        assert (done["moved"], done["refused"], done["version"], done["replaced"]) == (10 - len(chosen), {}, 2, 1)
        assert set((await versions_of(site)).values()) == {1}  # all are in one version
        assert await heard(site, PEOPLE[0], "Ann") == "New Ann"
        assert await heard(site, "new") == NEW
        back = f"/workflows/order/publications/{ended['publication']}/rollback"
        await answered(site, "POST", back)
        returned = await finished(site, ended["publication"], "returned")
        assert returned["returned"] + returned["goneOn"] == 10 - len(chosen)
        assert await heard(site, "newer") == OLD


async def test_sessions_of_an_aborted_version_stay_or_return_as_its_plan_says(database_url: str) -> None:
    async with open_site(database_url, flows=()) as site:
        canary = await begun(site, 100)
        assert await heard(site, "ann") == NEW
        aborted = await answered(site, "POST", f"{ALL}/{canary['id']}/abort")
        assert (aborted["state"], aborted["publication"]) == ("aborted", None)
        assert await heard(site, "bob") == OLD
        assert await heard(site, "ann", "Ann") == "New Ann"  # she ended where she began
        assert await heard(site, "ann") == OLD

        again = await answered(site, "POST", ALL, {"percent": 100})
        assert await heard(site, "cid") == NEW
        one = f"{ALL}/{again['id']}"
        plan = await answered(site, "POST", f"{one}/plan", {"end": "abort", "default": "same"})
        assert [(node["version"], node["waits"], node["wouldMove"]) for node in plan["nodes"]] == [(2, 1, 1)]
        ended = await answered(site, "POST", f"{one}/abort", {"token": plan["token"]})
        done = await finished(site, ended["publication"])
        assert (done["moved"], done["version"], done["replaced"]) == (1, 1, 2)
        assert await heard(site, "cid", "Cid") == "Old Cid"
        back = await call(site, "POST", f"/workflows/order/publications/{ended['publication']}/rollback")
        assert outcome(back) == (409, "publication.of_abort")
        spent = await call(site, "POST", "/workflows/order/publish", {"token": plan["token"]})
        assert outcome(spent) == (404, "plan.unknown")


async def test_of_many_who_begin_or_end_a_canary_at_once_one_does(database_url: str) -> None:
    async with open_site(database_url, flows=()) as site:
        await published(site)
        begun = await asyncio.gather(*(call(site, "POST", ALL, {"percent": 50}) for _ in range(4)))
        assert sorted(outcome(each) for each in begun) == [(201, ""), *[(409, "canary.running")] * 3]
        [canary] = [each.json()["id"] for each in begun if each.status_code == 201]
        ways = ("promote", "abort", "promote", "abort")
        ended = await asyncio.gather(*(call(site, "POST", f"{ALL}/{canary}/{way}") for way in ways))
        assert sorted(outcome(each) for each in ended) == [(200, ""), *[(409, "canary.ended")] * 3]
        [state] = [each.json()["state"] for each in ended if each.status_code == 200]
        active = (await answered(site, "GET", "/workflows/order"))["version"]
        assert active == (2 if state == "promoted" else 1)
        logged = await answered(site, "GET", "/audit-log?subject=workflow:order")
        ends = ("workflow.canary_promoted", "workflow.canary_aborted")
        assert sum(each["action"] in ends for each in logged["items"]) == 1


async def test_an_abort_moves_nobody_out_of_other_versions(database_url: str) -> None:
    async with open_site(database_url, flows=()) as site:
        await answered(site, "POST", "/workflows", order(ask("name", "First?", "name"), say("done", "Zero {{ name }}")))
        await answered(site, "POST", "/workflows/order/publish")
        assert await heard(site, "zoe") == "First?"
        await answered(site, "PUT", "/workflows/order/draft", first())
        await answered(site, "POST", "/workflows/order/publish")
        await answered(site, "PUT", "/workflows/order/draft", second())
        canary = await answered(site, "POST", ALL, {"percent": 100})
        assert await heard(site, "ann") == NEW
        one = f"{ALL}/{canary['id']}"
        plan = await answered(site, "POST", f"{one}/plan", {"end": "abort", "default": "same"})
        assert (plan["waits"], plan["wouldMove"]) == (1, 1)
        ended = await answered(site, "POST", f"{one}/abort", {"token": plan["token"]})
        assert (await finished(site, ended["publication"]))["moved"] == 1
        assert await heard(site, "zoe", "Zoe") == "Zero Zoe"
        assert await heard(site, "ann", "Ann") == "Old Ann"


async def test_a_newer_file_ends_a_canary_and_the_same_file_does_not(database_url: str) -> None:
    async with open_site(database_url, flows=()) as site:
        canary = await begun(site, 100)
        version = await site.runtime.database.flows.newest("order")
        assert version is not None
        for digest, state in ((version.digest, "running"), ("another", "replaced")):
            await site.runtime.database.flows.publish("order", "Order", digest, {"order": first()})
            assert (await answered(site, "GET", f"{ALL}/{canary['id']}"))["state"] == state
        await site.runtime.flows.refresh()
        assert site.runtime.flows.get("order").canary is None


async def test_the_calls_of_models_are_summed_up_by_version(database_url: str) -> None:
    async with open_site(database_url) as site:
        headers = {"authorization": f"Bearer {API_KEY}"}
        spoken = {"text": "hello", "externalId": "ann"}
        assert (await site.client.post("/chat/talk/messages", json=spoken, headers=headers)).status_code == 200
        [group] = (await answered(site, "GET", "/usage?workflow=talk&version=1"))["groups"]
        assert group["calls"] == 1
        assert (await answered(site, "GET", "/usage?workflow=talk&version=2"))["groups"] == []
        assert outcome(await call(site, "GET", "/usage?version=1")) == (400, "query.version")


@pytest.mark.parametrize("database_kind", ["postgres"])  # SQLite has one writer: nothing can be held
async def test_a_canary_is_begun_and_promoted_while_a_publication_moves_its_sessions(database_url: str) -> None:
    async with open_site(database_url, flows=()) as site:
        await published(site)
        for person in PEOPLE:
            assert await heard(site, person) == OLD
        with open_transaction(database_url) as connection:
            connection.execute(select(sessions.c.id).with_for_update())
            _, publication = await publish(site, second(), {"default": "same"})
            third = order(ask("name", NEW, "name"), say("done", "Third {{ name }}"))
            await answered(site, "PUT", "/workflows/order/draft", third)
            canary = await answered(site, "POST", ALL, {"percent": 50, "message": "Says more"})
            promoted = await answered(site, "POST", f"{ALL}/{canary['id']}/promote", {})
            moving = await answered(site, "GET", f"/workflows/order/publications/{publication}")
            assert (moving["state"], promoted["state"]) == ("moving", "promoted")
        done = await finished(site, publication)
        assert (done["moved"], (await answered(site, "GET", "/workflows/order"))["version"]) == (len(PEOPLE), 3)
        assert {await heard(site, person, "Bob") for person in PEOPLE} == {"New Bob"}
        assert await heard(site, "late") == NEW
        assert await heard(site, "late", "Bob") == "Third Bob"
