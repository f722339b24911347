"""Signed users: a conversation of their own, and the anonymous one that they take along, on both databases."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import text

from botflow.flow.document import parse
from botflow.records.sessions import VISITOR
from botflow.web.auth.session_tokens import SIGNED_CLOCKS_DIFFER_S, Visitor
from tests.dumps import dump_of, places_of
from tests.web.api.calls import answered, call
from tests.web.api.people.test_erasures import erased
from tests.web.chat.event_stream import listening
from tests.web.chat.site_users import BY_KEY, CLOSED, IDENTITY, SHOP, sign_in, signed, token, trust
from tests.web.site import TALK, HeldModel, Site, Visit, open_site, texts

TALKING = TALK.replace("id: talk", f"id: talk\n{IDENTITY}")
WAITING = f"""
botflow: 1
id: waiting
name: Waiting
{IDENTITY}
nodes:
  - {{id: start, type: chatbot, actionType: message_received, next: wait}}
  - {{id: wait, type: logic, actionType: wait, properties: {{for: 1s}}, next: done}}
  - {{id: done, type: chatbot, actionType: say, properties: {{text: "Done."}}}}
"""


async def contact(site: Site, address: str) -> dict[str, Any]:
    found = await site.client.get(f"/api/v1/contacts?address={address}", headers=BY_KEY)
    assert found.status_code == 200, found.text
    items = found.json()["items"]
    assert len(items) == 1, items
    return dict(items[0])


async def is_shut(visitor: Visit) -> bool:
    """Say whether the token opens nothing: no history, no message, no file, no stream."""
    client, path = visitor.site.client, f"/chat/{visitor.workflow}"
    answers = [
        await visitor.post(text="hello"),
        await client.get(f"{path}/messages", headers=visitor.headers),
        await client.get(f"{path}/events", headers=visitor.headers),
        await client.post(
            f"{path}/files", content=b"%PDF-", headers={**visitor.headers, "content-type": "application/pdf"}
        ),
    ]
    return {(answer.status_code, answer.json().get("code")) for answer in answers} == {(401, "token.revoked")}


async def test_a_signed_user_has_one_conversation_wherever_they_sign_in(database_url: str) -> None:
    async with open_site(database_url, flows=(SHOP,)) as site:
        await trust(site)
        phone = await signed(site)
        assert texts(phone.opened) == ["Welcome to Luigi's!", "What's your name?"]
        assert phone.opened["takenAlong"] is False
        assert await phone.say("Ann") == ["What would you like, Ann?"]

        laptop = await signed(site)
        assert (texts(laptop.opened), laptop.opened["status"]) == ([], "waiting")
        assert laptop.opened["sessionId"] == phone.opened["sessionId"]
        assert [each["text"] for each in (await laptop.history())["messages"]] == [
            "Welcome to Luigi's!",
            "What's your name?",
            "Ann",
            "What would you like, Ann?",
        ]
        assert await laptop.say("Pizza") == ["One pizza for Ann."]
        by_server = await site.client.get("/chat/shop/messages?externalId=ann", headers=BY_KEY)
        assert len(by_server.json()["messages"]) == 6


async def test_what_the_site_says_of_a_person_is_their_contact(database_url: str) -> None:
    async with open_site(database_url, flows=(SHOP,)) as site:
        await trust(site)
        said: dict[str, Any] = {"name": "Ann Lee", "language": "de", "fields": {"plan": "paid", "seats": 3}}
        for _ in range(2):
            assert (await sign_in(site, token(**said))).status_code == 201
        found = await contact(site, "ann")
        assert (found["name"], found["language"], found["fields"]) == ("Ann Lee", "de", {"plan": "paid", "seats": 3})

        before = await site.state_hash()
        misfits: tuple[dict[str, Any], ...] = (
            {"fields": {"plan": "gold"}},
            {"fields": {"rank": 1}},
            {"fields": [1]},
            {"language": "x y"},
        )
        for wrong in misfits:
            refused = await sign_in(site, token("eve", **wrong))
            assert (refused.status_code, refused.json().get("code")) == (422, "identity.field"), wrong
            assert "gold" not in refused.text
        assert (await sign_in(site, token(**said))).status_code == 201
        assert await site.state_hash() == before  # a sign-in that says nothing new writes nothing


async def test_an_anonymous_conversation_is_taken_along_once(database_url: str) -> None:
    async with open_site(database_url, flows=(SHOP,)) as site:
        await trust(site)
        visitor = await site.visit("shop")
        await visitor.say("Ann")
        number = await visitor.number()

        async with listening(visitor) as stream:
            await stream.until("status")
            user = await signed(site, visitor=visitor)
            with pytest.raises(EOFError):
                await stream.until("status", "nothing")
        assert (user.opened["takenAlong"], user.opened["messages"]) == (True, [])
        assert await is_shut(visitor)
        assert await user.number() == number
        assert [each["text"] for each in (await user.history())["messages"]][-2:] == [
            "Ann",
            "What would you like, Ann?",
        ]

        again = await signed(site, visitor=visitor)
        other = await signed(site, "bob", visitor=visitor)
        assert (again.opened["takenAlong"], other.opened["takenAlong"]) == (False, False)
        assert texts(other.opened) == ["Welcome to Luigi's!", "What's your name?"]
        assert await again.say("Pizza") == ["One pizza for Ann."]
        assert {each["address"] for each in (await contact(site, "ann"))["addresses"]} == {"ann", visitor.external_id}
        sessions = (await site.client.get(f"/api/v1/sessions/{number}", headers=BY_KEY)).json()
        assert sessions["externalId"] == "ann"


async def test_a_sign_in_at_another_server_ends_the_visitors_token_at_all_of_them(
    postgres_url: str, redis_url: str
) -> None:
    """Each has copies of the session: in its memory, and in the Redis that they share."""
    here = open_site(postgres_url, flows=(SHOP,), botflow_redis_url=redis_url)
    there = open_site(postgres_url, flows=(SHOP,), botflow_redis_url=redis_url)
    async with here as first, there as second:
        await trust(first)
        visitor = await first.visit("shop")
        await visitor.say("Ann")
        assert await Visit(second, "shop", visitor.opened).say("Nothing like it") != []
        async with listening(visitor) as stream:
            await stream.until("status")
            user = await signed(second, visitor=visitor)
            with pytest.raises(EOFError):
                await stream.until("status", "nothing")
        for site in (first, second):
            assert await is_shut(Visit(site, "shop", visitor.opened))
        assert await Visit(first, "shop", user.opened).say("Pizza") == ["One pizza for Ann."]


async def test_a_person_with_a_conversation_keeps_it_and_the_anonymous_one_ends(database_url: str) -> None:
    async with open_site(database_url, flows=(SHOP,)) as site:
        await trust(site)
        first = await signed(site)
        await first.say("Ann")
        visitor = await site.visit("shop")
        await visitor.say("Someone")
        number = await visitor.number()

        user = await signed(site, visitor=visitor)
        assert user.opened["takenAlong"] is False
        assert await is_shut(visitor)
        assert await user.say("Salad") == ["One salad for Ann."]
        ended = (await site.client.get(f"/api/v1/sessions/{number}", headers=BY_KEY)).json()
        assert ended["externalId"] == visitor.external_id
        assert ended["status"] == "idle", ended
        assert {each["address"] for each in (await contact(site, "ann"))["addresses"]} == {"ann", visitor.external_id}
        assert (await signed(site, visitor=visitor)).opened["takenAlong"] is False


async def test_an_erasure_of_the_person_finds_what_they_said_before_they_signed_in(database_url: str) -> None:
    async with open_site(database_url, flows=(SHOP,)) as site:
        await trust(site)
        visitors = [await site.visit("shop") for _ in range(2)]
        for visitor, said in zip(visitors, ("canary-taken", "canary-closed"), strict=True):
            await visitor.say(said)
            await signed(site, "canary-ann", visitor=visitor)
        await sign_in(site, token("canary-ann", name="Canary Name"))
        canaries = ("canary-", "Canary Name", *(visitor.external_id for visitor in visitors))
        assert set(places_of(canaries, dump_of(database_url))) == set(canaries)

        await erased(site, externalId="canary-ann")
        assert places_of(canaries, dump_of(database_url)) == {}


async def test_a_turn_under_way_ends_in_the_persons_conversation(database_url: str, model: HeldModel) -> None:
    async with open_site(database_url, flows=(TALKING,), model=model) as site:
        await trust(site)
        visitor = await site.visit("talk")
        asking = asyncio.create_task(visitor.post(text="hi", messageId="one"))
        await model.begun.wait()
        user = await signed(site, workflow="talk", visitor=visitor)
        model.go_on.set()
        await asking
        async with listening(user) as stream:
            await stream.until("message", "think")
        history = [each["text"] for each in (await user.history())["messages"]]
        assert history == ["hi", "Let me think about that."]
        assert await is_shut(visitor)


async def test_a_timer_goes_off_in_the_persons_conversation(database_url: str) -> None:
    async with open_site(database_url, flows=(WAITING,)) as site:
        await trust(site)
        visitor = await site.visit("waiting")
        await visitor.post(text="hi")
        user = await signed(site, workflow="waiting", visitor=visitor)
        async with listening(user) as stream:
            await stream.until("message", "Done.")
        assert [each["text"] for each in (await user.history())["messages"]] == ["hi", "Done."]


async def test_a_person_of_the_team_keeps_the_conversation_that_is_taken_along(database_url: str) -> None:
    async with open_site(database_url, flows=(SHOP,)) as site:
        await trust(site)
        visitor = await site.visit("shop")
        number = await visitor.number()
        await answered(site, "POST", f"/sessions/{number}/hand-off", {"person": "Maria"})
        await visitor.post(text="Is somebody there?")
        user = await signed(site, visitor=visitor)
        said = await call(site, "POST", f"/sessions/{number}/messages", {"text": "I am."}, idempotency_key="said")
        assert said.status_code == 202, said.text
        assert [each["text"] for each in (await user.history())["messages"]][-2:] == ["Is somebody there?", "I am."]
        await user.post(text="Good.")
        await answered(site, "POST", f"/sessions/{number}/return")
        assert await user.say("Ann") == ["What would you like, Ann?"]


async def test_a_workflow_needs_the_keys_that_it_names(database_url: str) -> None:
    async with open_site(database_url) as site:
        document = parse(SHOP, name="shop.yaml").to_json()
        await answered(site, "POST", "/workflows", document)
        missing = await call(site, "POST", "/workflows/shop/publish")
        assert (missing.status_code, missing.json().get("code")) == (422, "credential.unknown")
        assert missing.json()["problems"][0]["path"] == "chat.identity.credentials[0]"

        await trust(site)
        await answered(site, "POST", "/workflows/shop/publish")
        [stored] = (await answered(site, "GET", "/credentials?module=chat_users"))["items"]
        kept = await call(site, "DELETE", f"/credentials/{stored['id']}")
        assert (kept.status_code, kept.json().get("code")) == (409, "credential.in_use")


async def test_tabs_that_sign_in_at_once_take_the_conversation_along_once(database_url: str) -> None:
    async with open_site(database_url, flows=(SHOP,)) as site:
        await trust(site)
        visitor = await site.visit("shop")
        await visitor.say("Ann")
        answers = await asyncio.gather(*(sign_in(site, token(who), "shop", visitor) for who in ("ann", "bob") * 4))
        assert {each.status_code for each in answers} == {201}
        assert [each.json()["takenAlong"] for each in answers].count(True) == 1
        named = text("SELECT external_id FROM sessions ORDER BY external_id")
        rows = await site.runtime.database.engine.read(lambda connection: connection.execute(named).scalars().all())
        assert sorted(rows) == sorted(["ann", "bob", visitor.external_id])


async def test_a_revoked_user_is_refused_before_anything_is_moved(database_url: str) -> None:
    async with open_site(database_url, flows=(SHOP,)) as site:
        await trust(site)
        await signed(site)
        visitor = await site.visit("shop")
        path = "/api/v1/workflows/shop/sessions/revoke"
        await site.client.post(path, json={"externalId": "ann"}, headers=BY_KEY)
        refused = await sign_in(site, token(), "shop", visitor)
        assert (refused.status_code, refused.json().get("code")) == (401, "token.revoked")
        assert await visitor.say("Ann") == ["What would you like, Ann?"]


async def test_a_stream_ends_with_the_token_of_its_reader(database_url: str) -> None:
    async with open_site(database_url, flows=(SHOP,)) as site:
        await trust(site)
        user = await signed(site)
        async with listening(user) as stream:
            await stream.until("status")
            with time_machine.travel(datetime.now(UTC) + timedelta(hours=2), tick=True):
                await site.client.post("/chat/shop/messages", json={"externalId": "ann", "text": "Ann"}, headers=BY_KEY)
                with pytest.raises(EOFError):  # what is said after the end of the token is not shown
                    await stream.until("message", "What would you like")
                ended = await user.post(text="hello")
                renewed = await signed(site)
        assert (ended.status_code, ended.json().get("code")) == (401, "identity.expired")
        assert renewed.opened["sessionId"] == user.opened["sessionId"]


async def test_a_silent_stream_ends_with_the_token_of_its_reader(sqlite_url: str) -> None:
    async with open_site(sqlite_url, flows=(SHOP,)) as site:
        await trust(site)
        for lasts_s in (1.5, 6, 24):  # a machine may stand still until the first token has ended
            ends_at = time.time() - SIGNED_CLOCKS_DIFFER_S + lasts_s
            answer = await sign_in(site, token(iat=None, exp=ends_at))
            if answer.status_code == 201 and await ended_by_itself(Visit(site, "shop", answer.json())):
                return
    raise AssertionError("no stream was opened")


async def ended_by_itself(user: Visit) -> bool:
    """Read a stream to its end; False if the token had ended before."""
    async with user.site.client.stream("GET", "/chat/shop/events", headers=user.headers) as response:
        if response.status_code == 200:
            async for _ in response.aiter_raw():
                pass
        return response.status_code == 200


async def test_where_identity_is_required_no_anonymous_token_opens_anything(database_url: str) -> None:
    async with open_site(database_url, flows=(SHOP, CLOSED)) as site:
        await trust(site)
        opened = await site.client.post("/chat/closed/sessions")
        assert (opened.status_code, opened.json().get("code")) == (401, "identity.required")
        before = await site.state_hash()
        visitor = Visit(site, "closed", {"token": site.desk.gate.sign(Visitor("closed", f"{VISITOR}someone"))})
        client, headers = site.client, visitor.headers
        answers = [
            await visitor.post(text="hello"),
            await client.get("/chat/closed/messages", headers=headers),
            await client.get("/chat/closed/events", headers=headers),
            await client.post("/chat/closed/files", content=b"%PDF-", headers=headers),
            await client.get("/chat/closed/files/" + "a" * 32, headers=headers),
        ]
        assert {each.status_code for each in answers} == {401}
        assert {each.json()["code"] for each in answers} == {"identity.required"}
        assert await site.state_hash() == before
        user = await signed(site, workflow="closed")
        assert await user.say("Ann") == ["What would you like, Ann?"]
