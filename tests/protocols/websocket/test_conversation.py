"""A conversation over a WebSocket: the events of the stream, and a receipt or a refusal for each message."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta

import httpx2
import pytest
import time_machine
from websockets.asyncio.client import connect

from botflow.web.auth.callers import Visitor
from botflow.web.problem import Refused
from tests.protocols.websocket.sockets import FLOWS, Client, opened, refusal, ticket_of
from tests.web.chat.event_stream import listening
from tests.web.chat.test_revoked_tokens import revoke
from tests.web.site import API_KEY, ORDER, HeldModel, open_site, texts

BY_KEY = {"authorization": f"Bearer {API_KEY}"}


async def test_a_socket_says_what_the_chats_own_routes_say(database_url: str) -> None:
    async with open_site(database_url, flows=FLOWS) as site:
        visitor, other = await site.visit(), await site.visit()
        async with listening(visitor) as reader, opened(site, query=f"ticket={await ticket_of(visitor)}") as socket:
            for number, text in enumerate(("Ann", "pizza")):
                await socket.send(messageId=f"m{number}", text=text)
            over_socket = await socket.until("message", "One pizza")
            over_sse = await reader.until("message", "One pizza")
        by_post = [*texts(other.opened), *await other.say("Ann"), *await other.say("pizza")]

        heard = [each for each in over_socket if each["event"] == "message"]
        assert [each["data"]["text"] for each in heard] == by_post
        assert [(each["id"], each["data"]) for each in heard] == [
            (each.id, each.body) for each in over_sse if each.name == "message"
        ]
        receipts = [each["data"] for each in over_socket if each["event"] == "receipt"]
        assert receipts[0] == {"messageId": "m0", "turn": 2, "state": "done"}


async def test_a_repeated_message_is_one_turn_and_a_client_resumes_after_a_cursor(database_url: str) -> None:
    async with open_site(database_url, flows=FLOWS) as site:
        visitor = await site.visit()
        async with opened(site, query=f"ticket={await ticket_of(visitor)}") as socket:
            await socket.send(messageId="m", text="Ann")
            asked = (await socket.until("message", "What would you like"))[-1]
        async with opened(site, query=f"ticket={await ticket_of(visitor)}&after={asked['id']}") as socket:
            await socket.send(messageId="m", text="Ann")
            again = await socket.until("receipt")
            await socket.send(messageId="n", text="salad")
            later = await socket.until("message")

        assert {each["event"] for each in again} <= {"status", "receipt"}
        assert again[-1]["data"]["turn"] == asked["data"]["turn"]
        assert later[-1]["data"]["text"] == "One salad for Ann."
        said = [entry["text"] for entry in (await visitor.history())["messages"] if entry["direction"] == "in"]
        assert said == ["Ann", "salad"]


async def test_a_slow_answer_is_not_waited_for_and_its_pieces_come_as_they_are_written(database_url: str) -> None:
    model = HeldModel()
    async with open_site(database_url, flows=FLOWS, model=model) as site:
        visitor = await site.visit("talk")
        async with opened(site, "talk", f"ticket={await ticket_of(visitor)}") as socket:
            await socket.send(messageId="m", text="Hello")
            answer = await socket.until("receipt")
            receipt = answer[-1]
            model.go_on.set()
            answer += await socket.until("message", "about that")

    assert receipt["data"]["state"] == "running"
    assert "".join(each["data"]["text"] for each in answer if each["event"] == "delta") == "Let me think about that."


async def test_each_message_that_is_refused_says_why_and_the_others_are_received(sqlite_url: str) -> None:
    async with open_site(sqlite_url, flows=FLOWS) as site:
        site.hold_the_minute()
        visitor = await site.visit()
        async with opened(site, query=f"ticket={await ticket_of(visitor)}") as socket:
            for frame in ("{", "[]", '{"text": "no id"}', '{"messageId": "a", "tekst": "Ann"}'):
                await socket.connection.send(frame)
            await socket.send(messageId="b", text="x" * 8_001)
            await socket.send(messageId="c", text="Ann", externalId="other")
            await socket.send(messageId="d", media=[{"id": "unknown"}])
            await socket.send(messageId="e", text="Ann")
            seen = await socket.until("message", "What would you like")
            for number in range(50):
                await socket.send(messageId=f"again {number}", text="")

            refused = [each["data"] for each in seen if each["event"] == "refused"]
            assert [(each.get("messageId"), each["problem"]["code"]) for each in refused] == [
                (None, "body.not_json"),
                (None, "body.not_object"),
                (None, "message_id.missing"),
                ("a", "body.unknown_field"),
                ("b", "text.too_long"),
                ("c", "external_id.refused"),
                ("d", "media.unknown"),
            ]
            assert await socket.closed() == (1008, "too many refused messages")


async def test_messages_above_the_limits_are_refused_with_the_time_to_wait(sqlite_url: str) -> None:
    async with open_site(sqlite_url, flows=FLOWS) as site:
        site.hold_the_minute()
        visitor = await site.visit()
        async with opened(site, query=f"ticket={await ticket_of(visitor)}") as socket:
            for number in range(121):
                await socket.send(messageId=str(number), text="Ann")
                seen = await socket.until("refused" if number == 120 else "receipt")

    assert seen[-1]["data"]["problem"]["code"] == "rate.limited"
    assert (seen[-1]["data"]["messageId"], seen[-1]["data"]["retryAfter"]) == ("120", 30)


async def test_a_handshake_is_refused_with_a_problem(sqlite_url: str) -> None:
    silent = ORDER.replace("id: order", "id: silent")
    async with open_site(sqlite_url, flows=(*FLOWS, silent)) as site:
        visitor = await site.visit()
        plain = await site.client.get("/chat/order/ws")
        assert (plain.status_code, plain.json()["code"]) == (426, "websocket.expected")
        assert await refusal(site) == (401, "token.missing")
        assert await refusal(site, headers={"authorization": "Bearer nonsense"}) == (401, "token.invalid")
        assert await refusal(site, headers=visitor.headers, query="after=x") == (400, "cursor.invalid")
        assert await refusal(site, workflow="silent", headers=visitor.headers) == (404, "protocol.off")
        assert await refusal(site, workflow="nothing", headers=visitor.headers) == (404, "workflow.unknown")
        assert await refusal(site, workflow="talk", headers=visitor.headers) == (403, "token.other_workflow")
        assert await refusal(site, headers=BY_KEY, query="externalId=nobody") == (404, "session.unknown")


async def test_sockets_and_streams_have_their_places_together(sqlite_url: str) -> None:
    async with open_site(sqlite_url, flows=FLOWS) as site:
        visitor = await site.visit()
        async with opened(site, headers=visitor.headers):
            for _ in range(7):
                await site.client.send(
                    site.client.build_request("GET", "/chat/order/events", headers=visitor.headers), stream=True
                )
            assert await refusal(site, headers=visitor.headers) == (429, "stream.too_many")


async def test_a_server_speaks_for_a_person_until_its_key_is_revoked(sqlite_url: str) -> None:
    async with open_site(sqlite_url, flows=FLOWS) as site:
        await site.client.post("/chat/order/messages", json={"externalId": "ann", "text": "hi"}, headers=BY_KEY)
        made = await site.client.post(
            "/api/v1/keys", json={"name": "socket", "scopes": ["sessions:read", "sessions:write"]}, headers=BY_KEY
        )
        key = {"authorization": f"Bearer {made.json()['key']}"}
        async with opened(site, query="externalId=ann", headers=key) as socket:
            await socket.send(messageId="m", text="Ann")
            await socket.until("message", "What would you like, Ann")
            await site.client.post(f"/api/v1/keys/{made.json()['id']}/revoke", headers=BY_KEY)
            await socket.send(messageId="n", text="pizza")
            refused = await socket.answer("n")

    assert refused["event"] == "refused"
    assert refused["data"]["problem"]["code"] == "token.invalid"


async def test_a_socket_ends_when_its_token_is_revoked(database_url: str) -> None:
    async with open_site(database_url, flows=FLOWS) as site:
        visitor = await site.visit()
        async with opened(site, headers=visitor.headers) as socket:
            await socket.until("status")
            await revoke(visitor)
            await socket.send(messageId="m", text="Ann")
            assert await socket.closed() == (1008, "token.revoked")
        assert await refusal(site, headers=visitor.headers) == (401, "token.revoked")


async def test_sockets_end_before_the_server_stops_and_clients_know_why(sqlite_url: str) -> None:
    async with open_site(sqlite_url, flows=FLOWS) as site:
        visitor = await site.visit()
        async with opened(site, headers=visitor.headers) as socket:
            await socket.until("status")
            site.app.close_streams()
            assert await socket.closed() == (1012, "the server restarts")
        assert await refusal(site, headers=visitor.headers) == (503, "stream.full")


async def test_frames_that_are_no_text_end_the_socket(sqlite_url: str) -> None:
    async with open_site(sqlite_url, flows=FLOWS) as site:
        visitor = await site.visit()
        async with opened(site, headers=visitor.headers) as socket:
            await socket.connection.send(b"{}")
            assert (await socket.closed())[0] == 1003


async def test_a_ticket_opens_one_stream_of_its_own_person_and_workflow(database_url: str) -> None:
    async with open_site(database_url, flows=FLOWS) as site:
        visitor = await site.visit()
        ticket = await ticket_of(visitor)
        path = f"/chat/order/events?ticket={ticket}"
        client = site.client

        async def get(address: str, **headers: str) -> tuple[int, str]:
            request = client.build_request("GET", address, headers=headers)
            async with asyncio.timeout(20):
                answer = await client.send(request, stream=True)
                status = answer.status_code
                code = "" if status == 200 else httpx2.Response(status, content=await answer.aread()).json()["code"]
                await answer.aclose()
                return status, code

        opened_at_once = await asyncio.gather(*(get(path) for _ in range(5)))
        assert sorted(opened_at_once) == [(200, "")] + [(401, "ticket.used")] * 4
        assert await get(f"/chat/talk/events?ticket={await ticket_of(visitor)}") == (401, "ticket.other_workflow")
        assert await get("/chat/order/events?ticket=x") == (401, "ticket.invalid")
        token = visitor.opened["token"]
        assert await get(f"/chat/order/events?ticket={token}") == (401, "ticket.invalid")
        fresh = await ticket_of(visitor)
        assert await get("/chat/order/messages", authorization=f"Bearer {fresh}") == (401, "token.invalid")
        assert await get(f"/chat/order/messages?ticket={fresh}") == (401, "token.missing")
        assert await get(f"/chat/order/events?ticket={fresh}") == (200, "")
        await revoke(visitor)
        refused = await client.post("/chat/order/tickets", headers=visitor.headers)
        assert (refused.status_code, refused.json()["code"]) == (401, "token.revoked")
        by_server = await client.post("/chat/order/tickets", headers=BY_KEY)
        assert (by_server.status_code, by_server.json()["code"]) == (403, "ticket.visitors_only")


async def test_a_server_that_stops_ends_its_sockets_at_once(sqlite_url: str) -> None:
    async with open_site(sqlite_url, flows=FLOWS) as site:
        visitor = await site.visit()
        address = f"{site.url.replace('http', 'ws')}/chat/order/ws"
        socket = Client(await connect(address, additional_headers=visitor.headers, proxy=None))
        await socket.until("status")
    assert (await socket.closed())[0] == 1012


async def test_a_person_who_leaves_in_the_middle_of_a_message_has_said_it(sqlite_url: str) -> None:
    async with open_site(sqlite_url, flows=FLOWS) as site:
        visitor = await site.visit()
        async with opened(site, headers=visitor.headers) as socket:
            for number in range(20):
                await socket.send(messageId=str(number), text=f"Ann {number}")
            socket.connection.transport.close()  # without a goodbye, but what was sent arrives
        async with asyncio.timeout(20):
            while len(site.desk.streams._open):  # noqa: ASYNC110 -- the end of a stream makes no sound
                await asyncio.sleep(0.05)
        heard = [each for each in (await visitor.history())["messages"] if each["direction"] == "in"]
        numbers = [int(each["text"].split()[1]) for each in heard]

        assert numbers == list(range(len(numbers)))  # in their order, none left out in between
        async with opened(site, headers=visitor.headers) as again:
            for number in range(20):
                await again.send(messageId=str(number), text=f"Ann {number}")
            await again.answer("19")
        heard = [each for each in (await visitor.history())["messages"] if each["direction"] == "in"]
        assert [each["text"] for each in heard] == [f"Ann {number}" for number in range(20)]


async def test_a_ticket_is_used_once_in_all_processes(postgres_url: str) -> None:
    async with open_site(postgres_url, flows=FLOWS) as one, open_site(postgres_url, flows=FLOWS) as other:
        visitor = await one.visit()
        used = f"ticket={await ticket_of(visitor)}"
        async with opened(other, query=used) as socket:
            await socket.until("status")
        assert await refusal(one, used) == (401, "ticket.used")
        assert await refusal(other, used) == (401, "ticket.used")


async def test_a_signed_user_with_the_longest_name_gets_a_ticket(sqlite_url: str) -> None:
    async with open_site(sqlite_url, flows=FLOWS) as site:
        visitor = Visitor("order", "😀" * 200, time.time() + 3_600, "a-credential-with-a-long-name-" * 2)
        ticket = site.desk.tickets.sign(visitor)
        live = site.runtime.flows.get("order")
        engine = site.runtime.database.within(live.organization)

        assert await site.desk.tickets.use(ticket.text, live, engine) == visitor
        with pytest.raises(Refused, match="opened a stream already"):
            await site.desk.tickets.use(ticket.text, live, engine)


async def test_a_ticket_that_is_a_minute_old_opens_nothing(sqlite_url: str) -> None:
    async with open_site(sqlite_url, flows=FLOWS) as site:
        visitor = await site.visit()
        with time_machine.travel(datetime.now(UTC) - timedelta(minutes=2), tick=True):
            old = await ticket_of(visitor)
        with time_machine.travel(datetime.now(UTC) + timedelta(minutes=10), tick=True):
            ahead = site.desk.tickets.sign(Visitor("order", visitor.external_id)).text
        assert await refusal(site, f"ticket={old}") == (401, "ticket.expired")
        assert await refusal(site, f"ticket={ahead}") == (401, "ticket.expired")
