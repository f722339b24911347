"""The chat contract over HTTP: anonymous visitors, servers with an API key, repeats, deadlines, history."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.web.site import API_KEY, TALK, HeldModel, Site, open_site, texts

TRUSTED = {"authorization": f"Bearer {API_KEY}"}


async def test_a_visitor_is_greeted_and_holds_a_conversation(site: Site) -> None:
    visitor = await site.visit()

    assert texts(visitor.opened) == ["Welcome to Luigi's!", "What's your name?"]
    answer = (await visitor.post(text="Ann")).json()
    assert answer["sessionId"] == visitor.opened["sessionId"]
    assert answer["status"] == "waiting"
    (menu,) = answer["messages"]
    assert menu["type"] == "text"
    assert [reply["title"] for reply in menu["quickReplies"]] == ["Pizza", "Salad"]
    last = (await visitor.post(text="Pizza", payload=menu["quickReplies"][0]["payload"])).json()
    assert (last["status"], texts(last)) == ("completed", ["One pizza for Ann."])


async def test_a_quick_reply_needs_only_its_payload(site: Site) -> None:
    visitor = await site.visit()
    menu = (await visitor.post(text="Ann")).json()["messages"][0]

    answer = await visitor.post(payload=menu["quickReplies"][1]["payload"])

    assert texts(answer.json()) == ["One salad for Ann."]


async def test_a_repeated_message_id_is_the_same_turn(site: Site) -> None:
    visitor = await site.visit()

    answers = await asyncio.gather(*(visitor.post(text="Ann", messageId="m1") for _ in range(8)))
    again = await visitor.post(text="Ann", messageId="m1")

    assert {answer.status_code for answer in (*answers, again)} == {200}
    assert {str(answer.json()["messages"]) for answer in (*answers, again)} == {str(again.json()["messages"])}
    heard = [entry for entry in (await visitor.history())["messages"] if entry["direction"] == "in"]
    print(f"T2: turns {len(heard)}, ids 1, posts {len(answers) + 1}")
    assert len(heard) == 1


async def test_two_visitors_may_use_the_same_message_id(site: Site) -> None:
    ann, bob = await site.visit(), await site.visit()

    assert await ann.say("Ann", messageId="m1") == ["What would you like, Ann?"]
    assert await bob.say("Bob", messageId="m1") == ["What would you like, Bob?"]


async def test_a_server_with_the_api_key_speaks_for_its_person(site: Site) -> None:
    async def post(**body: str) -> list[str]:
        response = await site.client.post("/chat/order/messages", json=body, headers=TRUSTED)
        assert response.status_code == 200, response.text
        return texts(response.json())

    assert await post(externalId="customer-7", text="hi") == ["What's your name?"]
    assert await post(externalId="customer-7", text="Ann") == ["What would you like, Ann?"]
    assert await post(externalId="customer-8", text="hi") == ["What's your name?"]
    history = await site.client.get("/chat/order/messages?externalId=customer-7", headers=TRUSTED)
    assert texts(history.json()) == ["hi", "What's your name?", "Ann", "What would you like, Ann?"]


async def test_a_person_who_said_nothing_has_no_history(sqlite_site: Site) -> None:
    response = await sqlite_site.client.get("/chat/order/messages?externalId=nobody", headers=TRUSTED)

    assert (response.status_code, response.json()["code"]) == (404, "session.unknown")


async def test_the_history_has_both_directions_in_order(site: Site) -> None:
    visitor = await site.visit()
    await visitor.say("Ann", messageId="first")

    history = await visitor.history()

    assert [(entry["direction"], entry["text"]) for entry in history["messages"]] == [
        ("out", "Welcome to Luigi's!"),
        ("out", "What's your name?"),
        ("in", "Ann"),
        ("out", "What would you like, Ann?"),
    ]
    assert history["status"] == "waiting"
    assert [entry.get("messageId") for entry in history["messages"]] == [None, None, "first", None]
    assert [entry["turn"] for entry in history["messages"]] == [1, 1, 2, 2]
    assert history["messages"][0]["id"] == visitor.opened["messages"][0]["id"]
    assert history["messages"][-1]["quickReplies"][0]["title"] == "Pizza"


async def test_the_history_is_read_on_from_any_message(site: Site) -> None:
    visitor = await site.visit()
    for name in ("Ann", "Pizza", "again", "Bob"):
        await visitor.say(name)
    everything = (await visitor.history())["messages"]

    for position, entry in enumerate(everything):
        following = await visitor.history(f"?after={entry['id']}&limit=200")
        assert following["messages"] == everything[position + 1 :]
    short = await visitor.history(f"?after={everything[0]['id']}&limit=2")
    assert (short["messages"], short["more"]) == (everything[1:3], True)


@pytest.mark.parametrize("query", ["?after=999999999999999.999999999", "?after=i999999999999999", "?limit=200"])
async def test_a_cursor_far_ahead_is_no_trouble(site: Site, query: str) -> None:
    visitor = await site.visit()

    page = await visitor.history(query)

    assert len(page["messages"]) == (0 if "after" in query else 2)


async def test_a_long_history_is_read_back_in_whole_turns(site: Site) -> None:
    visitor = await site.visit()
    for _ in range(6):
        await visitor.say("Ann")
        await visitor.say("Pizza")
    everything = (await visitor.history("?limit=200"))["messages"]

    pages: list[list[Any]] = []
    earlier = None
    while True:
        page = await visitor.history(f"?limit=5{f'&before={earlier}' if earlier else ''}")
        pages.insert(0, page["messages"])
        earlier = page["earlier"]
        if earlier is None:
            break

    assert [entry for page in pages for entry in page] == everything
    assert len(pages) > 3


async def test_a_turn_that_outlasts_the_deadline_is_answered_202_and_later_200(
    talking_site: Site, model: HeldModel
) -> None:
    visitor = await talking_site.visit("talk")
    waiting = asyncio.create_task(visitor.post(text="hello", messageId="m1"))
    await model.begun.wait()

    talking_site.clock.ahead_s += 26
    late = await waiting

    assert (late.status_code, late.json()["status"], late.json()["messages"]) == (202, "running", [])
    model.go_on.set()
    answer = await visitor.post(text="hello", messageId="m1")
    assert (answer.status_code, texts(answer.json())) == (200, ["Let me think about that."])
    print(f"T10: model calls {model.calls}, crashes 0, posts 2")
    assert model.calls == 1


async def test_what_a_visitor_sends_cannot_take_one_of_our_own_keys(site: Site) -> None:
    visitor = await site.visit()

    assert await visitor.say("Ann", messageId="opened") == ["What would you like, Ann?"]


async def test_opening_twice_makes_two_visitors(site: Site) -> None:
    ann, bob = await site.visit(), await site.visit()

    assert ann.opened["sessionId"] != bob.opened["sessionId"]
    assert ann.opened["token"] != bob.opened["token"]


async def test_a_visitor_does_not_learn_how_many_conversations_there_are(site: Site) -> None:
    visitor = await site.visit()
    posted = (await visitor.post(text="Ann")).json()
    read = await visitor.history()
    by_server = await site.client.post(
        "/chat/order/messages", json={"text": "hi", "externalId": "bob"}, headers=TRUSTED
    )

    assert {visitor.opened["sessionId"], posted["sessionId"], read["sessionId"]} == {visitor.opened["sessionId"]}
    assert len(visitor.opened["sessionId"]) == 24
    assert visitor.opened["sessionId"] != str(await visitor.number())
    assert int(by_server.json()["sessionId"]) == await visitor.number() + 1


@pytest.mark.parametrize("path", ["/chat/nowhere/sessions", "/chat/nowhere/messages"])
async def test_an_unknown_workflow_is_a_404(sqlite_site: Site, path: str) -> None:
    response = await sqlite_site.client.post(path, json={}, headers=TRUSTED)

    assert (response.status_code, response.json()["code"]) == (404, "workflow.unknown")


async def test_the_log_says_that_a_reply_needs_a_models_key_or_a_fallback(
    sqlite_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    speechless = TALK.replace(', fallback: "I cannot say."', "")
    assert speechless != TALK
    async with open_site(sqlite_url, flows=(speechless,)) as site:
        visitor = await site.visit("talk")
        await visitor.say("hi")

    [line] = [line for line in capsys.readouterr().out.splitlines() if "ask_failed" in line]
    assert "model.offline" in line
    assert "set a model's key, or add a fallback" in line
    assert "node=answer" in line


TWICE = """
botflow: 1
id: twice
nodes:
  - {id: start, type: chatbot, actionType: message_received, next: pizza}
  - id: pizza
    type: chatbot
    actionType: menu
    properties: {text: "A pizza?", options: [{id: yes, label: Yes}, {id: no, label: No}]}
    on: {yes: erase, no: erase}
  - id: erase
    type: chatbot
    actionType: ask
    properties: {text: "Erase all?", expect: yes_no, variable: erase}
    next: sure
  - id: sure
    type: chatbot
    actionType: menu
    properties: {text: "Sure?", options: [{id: yes, label: Yes}, {id: no, label: No}]}
    on: {yes: gone, no: kept}
  - {id: gone, type: chatbot, actionType: say, properties: {text: "Erased."}}
  - {id: kept, type: chatbot, actionType: say, properties: {text: "Kept."}}
"""


async def test_an_older_questions_button_is_no_answer_to_a_newer_one(database_url: str) -> None:
    async with open_site(database_url, flows=(TWICE,)) as site:
        visitor = await site.visit("twice")
        (pizza,) = (await visitor.post(text="hi")).json()["messages"]
        yes = pizza["quickReplies"][0] | {"question": pizza["question"]}
        old = {"text": yes["title"], "payload": yes["payload"], "question": yes["question"]}
        assert (yes["payload"], yes["question"]) == ("yes", "twice/pizza")
        assert texts((await visitor.post(**old)).json()) == ["Erase all?"]

        assert texts((await visitor.post(**old)).json()) == ["Please answer yes or no."]
        assert await visitor.say("no") == ["Sure?"]
        again = (await visitor.post(**old)).json()
        assert texts(again) == ["Please choose one of these."]
        assert again["messages"][0]["question"] == "twice/sure"
        history = (await visitor.history())["messages"]
        assert [each.get("question") for each in history if each["direction"] == "out"] == [
            *("twice/pizza", None, None, "twice/sure", "twice/sure")
        ]

        refused = await visitor.post(payload="yes", question="no question")
        assert (refused.status_code, refused.json()["code"]) == (422, "question.invalid")
        assert await visitor.say("Yes", payload="yes") == ["Erased."]  # a page that knows no question
