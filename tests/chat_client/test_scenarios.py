"""What visitors complain of in other chats, and what must not happen here: under Node.js, against a real server.

Each test names what was reported of another client: messages that come twice after a reconnection, that are lost while
the network is away, a conversation that begins again because a server failed for a moment, and the like.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from tests.chat_client.talks import ECHO, run_script
from tests.chat_client.wire import WELL, Fault, Request, Wire, answer
from tests.web.site import ORDER, TALK, HeldModel, Site, open_site

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group("chat_client")]
BUSY = answer("503 Service Unavailable", '{"code": "overloaded"}', media_type="application/problem+json")
HOTEL = answer("403 Forbidden", "<h1>Sign in</h1>")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def model() -> HeldModel:
    return HeldModel()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site(
    sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory, model: HeldModel
) -> AsyncIterator[Site]:
    file = shutil.copy(sqlite_template, tmp_path_factory.mktemp("chat") / "botflow.db")
    async with open_site(f"sqlite:///{file}", flows=[ECHO, ORDER, TALK], model=model) as opened:
        yield opened


async def through(site: Site, decide: Callable[[Request], Fault], name: str, given: Any = None) -> tuple[Any, Wire]:
    """Return what a scenario tells whose requests meet these faults, and the network with all requests."""
    wire = Wire(site.url, decide=decide)
    async with wire.listening() as url:
        return await run_script("scenarios.mjs", name, url, given), wire


def first(call: str, *faults: Fault) -> Callable[[Request], Fault]:
    """Let the first requests of this call meet `faults`, one each."""
    left = list(faults)

    def decide(request: Request) -> Fault:
        return left.pop(0) if left and request.call == call else WELL

    return decide


def echoed(*texts: str) -> list[str]:
    return [f"{verb} {text}" for text in texts for verb in ("heard", "noted")]


async def heard(site: Site, wire: Wire) -> list[str]:
    """Return what the person said, as the server has it."""
    token = next(request.token for request in wire.told if request.token)
    page = await site.client.get("/chat/echo/messages?limit=200", headers={"authorization": f"Bearer {token}"})
    return [entry["text"] for entry in page.json()["messages"] if entry["direction"] == "in"]


async def test_a_conversation_is_opened_and_answered(site: Site) -> None:
    told, wire = await through(site, lambda _: WELL, "conversation", ["one"])

    assert told == {"isOpen": True, "said": echoed("one"), "greeting": ["Hello!"], "isNew": True}
    assert sorted(request.call for request in wire.told) == ["GET events", "POST messages", "POST sessions"]


async def test_messages_whose_answers_are_lost_are_sent_again_and_count_once(site: Site) -> None:
    """A message that is sent again after a broken connection is a second message elsewhere."""
    lost = Fault(kind="lose")
    told, wire = await through(site, first("POST messages", lost, lost), "conversation", ["one", "two"])

    assert told["said"] == echoed("one", "two")
    assert await heard(site, wire) == ["one", "two"]
    assert len(wire.calls("POST messages")) == 4


async def test_a_slow_network_does_not_turn_two_messages_round(site: Site) -> None:
    told, wire = await through(site, first("POST messages", Fault(delay_s=2.5)), "conversation", ["one", "two"])

    assert told["said"] == echoed("one", "two")
    assert await heard(site, wire) == ["one", "two"]


async def test_a_stream_that_breaks_off_repeats_nothing_and_loses_nothing(site: Site) -> None:
    """After a reconnection, others show the history again below itself."""
    breaks = [Fault(kind="cut", after=length) for length in (500, 300, 0)]
    told, _ = await through(site, first("GET events", *breaks), "conversation", ["one", "two", "three"])

    assert told["said"] == echoed("one", "two", "three")


async def test_a_stream_that_comes_late_repeats_nothing(site: Site) -> None:
    told, _ = await through(site, first("GET events", Fault(delay_s=0.5)), "overlapping")

    assert told == echoed("one", "two")


async def test_a_clock_that_is_set_back_turns_no_messages_round(site: Site) -> None:
    told, wire = await through(site, first("POST messages", *[Fault(kind="refuse")] * 2), "clocks")

    assert told == echoed("one", "two", "three")
    assert await heard(site, wire) == ["one", "two", "three"]


async def test_a_page_loaded_while_the_server_fails_keeps_its_conversation(site: Site) -> None:
    """Others begin a new conversation then, and the person's answers go into the old one."""
    for fault in (BUSY, HOTEL, Fault(kind="refuse"), answer("200 OK", "<h1>Sign in</h1>")):
        told, wire = await through(site, first("GET messages", fault), "reloaded")

        assert told["texts"] == ["Hello!", "one", *echoed("one")], fault
        assert (told["isNew"], told["unsent"], told["states"]) == (False, [], ["connecting", "online"])
        assert len(wire.calls("POST sessions")) == 1


async def test_a_proxy_that_holds_back_streams_does_not_hold_back_answers(site: Site) -> None:
    told, wire = await through(
        site, lambda one: Fault(kind="hold" if one.call == "GET events" else "pass"), "streamless"
    )

    assert told == {"said": echoed("one"), "states": ["online"]}
    assert len(wire.calls("GET messages")) >= 1


async def test_messages_are_shown_by_their_numbers_not_by_what_they_answer(site: Site) -> None:
    """What a person writes while the workflow answers has a lower number than an answer to something before it."""
    entries: list[dict[str, Any]] = [
        {"id": id, "direction": "out", "text": id, "quickReplies": []} for id in ("10.0", "9.1", "9.0")
    ]
    page = answer("200 OK", json.dumps({"messages": entries, "more": False}), media_type="application/json")

    def decide(request: Request) -> Fault:
        return {"GET events": Fault(kind="hold"), "GET messages": page}.get(request.call, WELL)

    told, _ = await through(site, decide, "streamless", 3)

    assert told["said"] == ["9.0", "9.1", "10.0"]


async def test_a_message_that_is_refused_says_why_and_holds_back_no_other(site: Site) -> None:
    told, _ = await through(site, lambda _: WELL, "refused")

    assert told["failure"].pop("detail")
    assert told["failure"].pop("hint")
    assert told == {
        "isIts": True,
        "failure": {"status": 422, "code": "payload.too_long", "isFinal": True},
        "said": echoed("two"),
        "taken": 1,
    }


async def test_a_text_that_is_too_long_is_refused_before_it_is_sent(site: Site) -> None:
    """The server would say that the whole body is too large, as of a file."""
    told, wire = await through(site, lambda _: WELL, "long")

    refused = {"status": 0, "code": "text.too_long", "detail": "more than 8000 letters", "hint": "send less at once"}
    assert told == [refused] * 2
    assert len(wire.calls("POST messages")) == 1


async def test_a_storage_that_fails_costs_only_what_it_would_have_kept(site: Site) -> None:
    """Where a browser blocks storage, others show nothing at all; where it is full, they stop in the middle."""
    told, _ = await through(site, lambda _: WELL, "storages")

    assert told == [echoed("one")] * 5


async def test_a_hotels_page_loses_no_message(site: Site) -> None:
    portal = answer("200 OK", "{}", media_type="application/json")
    faults = (HOTEL, answer("200 OK", "<h1>Sign in</h1>"), answer("404 Not Found", "no"), portal)
    told, wire = await through(site, first("POST messages", *faults), "conversation", ["one", "two"])

    assert told["said"] == echoed("one", "two")
    assert await heard(site, wire) == ["one", "two"]


async def test_a_server_that_asks_to_wait_is_not_asked_before(site: Site) -> None:
    wait = answer(
        "429 Too Many Requests",
        '{"code": "rate.limited"}',
        media_type="application/problem+json",
        more="retry-after: 1\r\n",
    )
    told, wire = await through(site, first("POST messages", wait), "conversation", ["one"])

    assert told["said"] == echoed("one")
    assert len(wire.calls("POST messages")) == 2


async def test_a_conversation_that_is_over_says_so(site: Site) -> None:
    """Others go on as if it were there, and no message arrives."""
    gone = answer("401 Unauthorized", '{"code": "token.expired"}', media_type="application/problem+json")
    told, _ = await through(site, first("POST messages", gone), "lost")

    assert told == {"code": "token.expired", "lost": 1, "isOpen": True, "isNew": True}


async def test_a_slow_answer_does_not_hold_up_the_next_message(site: Site, model: HeldModel) -> None:
    def decide(request: Request) -> Fault:
        if request.call == "POST messages" and request.body.find(b'"two"') > 0:
            model.go_on.set()  # the first one is answered only after this
        return WELL

    told, _ = await through(site, decide, "slow")

    assert told == {"said": ["Let me think about that."] * 2, "deltas": True}


async def test_files_are_sent_refused_and_given_up(site: Site) -> None:
    told, _ = await through(site, lambda _: WELL, "uploads")

    assert told["refused"][:2] == ["Refusal", 415], told
    assert (told["name"], told["share"], told["aborted"], told["answered"]) == ("note.pdf", 1, "AbortError", 1)


async def test_what_another_device_says_is_shown_before_its_answer(site: Site) -> None:
    told, _ = await through(site, lambda _: WELL, "devices")

    assert told == {"texts": [["hello", True]], "isBefore": True, "answered": 1, "mine": 1}


async def test_the_history_is_read_back_page_by_page(site: Site) -> None:
    told, _ = await through(site, lambda _: WELL, "history")

    assert told == {"isWhole": True, "last": None}
