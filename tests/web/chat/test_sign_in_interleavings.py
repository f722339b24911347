"""Messages, sign-ins of several people and tabs, and a server's messages, at the same moments in many orders: every
message that was taken is in one conversation, once, with one answer, and one person has the visitor's conversation."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable

import httpx2
from sqlalchemy import text

from tests.faults.waiting import until
from tests.web.chat.site_users import BY_KEY, IDENTITY, sign_in, token, trust
from tests.web.site import HeldModel, Site, Visit, open_site

SEED, ROUNDS = 20261127, 6
THOUGHT = "Let me think about that."  # what the model answers
ECHO = f"""
botflow: 1
id: echo
name: Echo
{IDENTITY}
contactFields: {{last: {{type: text}}}}
nodes:
  - {{id: start, type: chatbot, actionType: message_received, next: note}}
  - id: note
    type: contact
    actionType: set
    properties: {{fields: {{last: "{{{{ $message.text }}}}"}}}}
    next: answer
  - {{id: answer, type: chatbot, actionType: say, properties: {{text: "Heard {{{{ $message.text }}}}."}}}}
"""
ASKING = f"""
botflow: 1
id: asking
name: Asking
{IDENTITY}
nodes:
  - {{id: start, type: chatbot, actionType: message_received, next: think}}
  - {{id: think, type: ai, actionType: reply, properties: {{instructions: "Think.", variable: thought}}, next: answer}}
  - {{id: answer, type: chatbot, actionType: say, properties: {{text: "Heard {{{{ $message.text }}}}."}}}}
"""


async def test_no_order_of_sign_ins_and_messages_loses_or_doubles_one(database_url: str, model: HeldModel) -> None:
    model.go_on.set()
    chance = random.Random(SEED)
    async with open_site(database_url, flows=(ECHO, ASKING), model=model) as site:
        await trust(site)
        found: Counter[str] = Counter()
        for number in range(ROUNDS):
            for workflow in ("echo", "asking"):
                found.update(await one_round(site, workflow, number, random.Random(chance.random())))
        print(f"\nsign-ins among messages, seed {SEED}: {dict(found)}")
        assert found["taken"] + found["closed"] == 2 * ROUNDS


async def one_round(site: Site, workflow: str, number: int, chance: random.Random) -> list[str]:
    """Let all happen at once, and check what came of it; return what it was."""
    site.hold_the_minute()
    ann, bob = f"ann-{number}", f"bob-{number}"
    visitor = await site.visit(workflow)
    posts = {text: visitor.post(text=text, messageId=text) for text in ("v-0", "v-1", "v-2", "v-3", "v-4")}
    for who in (ann, bob)[: chance.randint(0, 2)]:
        posts |= {f"{who}-{at}": by_server(site, workflow, who, f"{who}-{at}") for at in range(2)}
    sign_ins = [sign_in(site, token(who), workflow, visitor) for who in (ann, bob, ann)]
    answers, signed = await asyncio.gather(
        asyncio.gather(*(later(call, chance) for call in posts.values())),
        asyncio.gather(*(later(call, chance) for call in sign_ins)),
    )
    signed += [await sign_in(site, token(who), workflow, visitor) for who in (ann, bob)]
    await until(lambda: nothing_is_open(site), "every message is done")

    status = dict(zip(posts, (answer.status_code for answer in answers), strict=True))
    takers = [answer.json()["takenAlong"] for answer in signed].count(True)
    assert {answer.status_code for answer in signed} == {201}
    assert set(status.values()) <= {200, 202, 401}
    assert takers <= 1
    assert await is_refused(visitor)
    check(
        {who: await history(site, workflow, who) for who in (ann, bob, visitor.external_id)},
        {text for text, code in status.items() if code != 401},
        was_taken=takers == 1,
    )
    return ["taken" if takers else "closed", *(f"post {code}" for code in status.values())]


def check(histories: dict[str, list[str]], taken: set[str], *, was_taken: bool) -> None:
    """Look at the conversations: who said what, and what was answered."""
    heard = {who: [line for line in lines if not line.startswith("Heard")] for who, lines in histories.items()}
    answered = {who: [line for line in lines if line.startswith("Heard")] for who, lines in histories.items()}
    everything = Counter(line for lines in heard.values() for line in lines)
    assert everything == Counter(taken)  # none lost, none doubled, none in two conversations
    assert max(Counter(line for lines in answered.values() for line in lines).values(), default=1) == 1
    owners = {who for who, lines in heard.items() if any(line.startswith("v-") for line in lines)}
    assert len(owners) <= 1
    if was_taken:  # then nothing was ended: each message has its answer, where it was said
        assert not any(who.startswith("visitor:") for who in owners)
        for who, lines in heard.items():
            assert Counter(answered[who]) == Counter(f"Heard {line}." for line in lines)


async def is_refused(visitor: Visit) -> bool:
    answer = await visitor.post(text="late")
    return (answer.status_code, answer.json().get("code")) == (401, "token.revoked")


async def by_server(site: Site, workflow: str, who: str, said: str) -> httpx2.Response:
    body = {"text": said, "messageId": said, "externalId": who}
    return await site.client.post(f"/chat/{workflow}/messages", json=body, headers=BY_KEY)


async def later(call: Awaitable[httpx2.Response], chance: random.Random) -> httpx2.Response:
    await asyncio.sleep(chance.random() * 0.05)
    return await call


async def nothing_is_open(site: Site) -> bool:
    count = text("SELECT count(*) FROM inbounds WHERE state = 'new'")
    return await site.runtime.database.engine.read(lambda connection: connection.execute(count).scalar()) == 0


async def history(site: Site, workflow: str, who: str) -> list[str]:
    """Return the texts of a person's conversation, both directions; none of one who has none."""
    page = await site.client.get(f"/chat/{workflow}/messages?limit=100&externalId={who}", headers=BY_KEY)
    shown = [message["text"] for message in page.json()["messages"]] if page.status_code == 200 else []
    return [text for text in shown if text != THOUGHT]
