"""What became of the variants of an experiment, by the API and by the command."""

from __future__ import annotations

import asyncio
import json

from tests.cli.conftest import Call
from tests.web.api.calls import answered, call, organization_key, outcome
from tests.web.site import API_KEY, open_site

OFFER = """
botflow: 1
id: salon
name: Salon
nodes:
  - {id: start, type: chatbot, actionType: message_received, next: offer}
  - id: offer
    type: logic
    actionType: split
    properties: {variants: [{id: plain}, {id: discount}], variable: offer}
    on: {plain: ask, discount: ask}
  - id: ask
    type: chatbot
    actionType: ask
    properties: {text: "{{ offer }}: book?", expect: yes_no, variable: wants}
    next: wants
  - id: wants
    type: conditional
    actionType: branch
    properties: {cases: [{handle: "yes", when: wants}]}
    on: {"yes": booked}
  - {id: booked, type: chatbot, actionType: say, properties: {text: Booked.}}
"""


async def test_the_outcome_of_each_variant_is_counted(database_url: str, botflow: Call) -> None:
    async with open_site(database_url, flows=(OFFER,)) as site:
        said: dict[str, list[int]] = {"plain": [0, 0, 0], "discount": [0, 0, 0]}  # people, conversations, booked
        for number in range(12):
            person = f"p{number}"

            async def tell(text: str, person: str = person) -> str:
                body = {"externalId": person, "text": text}
                path = "/chat/salon/messages"
                answer = await site.client.post(path, json=body, headers={"authorization": f"Bearer {API_KEY}"})
                return str(answer.json()["messages"][0]["text"]) if answer.json()["messages"] else ""

            variant = (await tell("hi")).partition(":")[0]
            said[variant][0] += 1
            for again in range(2 if number % 4 == 0 else 1):
                if again:
                    assert (await tell("hi")).partition(":")[0] == variant
                said[variant][1] += 1
                if number % 3 == 0:
                    assert await tell("yes") == "Booked."
                    said[variant][2] += 1
                else:
                    await tell("no")
        found = await answered(site, "GET", "/workflows/salon/variants?node=offer&goal=booked")
        assert {
            each["variant"]: [each["people"], each["conversations"], each["reached"]] for each in found["variants"]
        } == said
        assert sum(each["completed"] for each in found["variants"]) == sum(said[each][1] for each in said)
        booked = sum(each["peopleReached"] for each in found["variants"])
        assert booked == 4
        without = await answered(site, "GET", "/workflows/salon/variants?node=offer&version=1")
        assert [each["reached"] for each in without["variants"]] == [None, None]

        assert outcome(await call(site, "GET", "/workflows/salon/variants?node=offer&version=9")) == (
            404,
            "version.unknown",
        )
        assert outcome(await call(site, "GET", "/workflows/none/variants?node=offer")) == (404, "workflow.unknown")
        foreign = await organization_key(site)
        refused = await call(site, "GET", "/workflows/salon/variants?node=offer", key=foreign)
        assert outcome(refused) == (404, "workflow.unknown")
        assert (await answered(site, "GET", "/workflows/salon/variants?node=ask"))["variants"] == []

        async def run(*options: str) -> str:
            ended = await asyncio.to_thread(
                botflow, "workflows", "variants", "salon", *options, BOTFLOW_DATABASE_URL=database_url
            )
            assert ended.status == 0, ended.err
            return ended.out

        shown = await run("offer", "--goal", "booked")
        people, conversations, reached = said["plain"]
        assert f"{reached} of {conversations} (" in shown
        assert "REACHED" in shown
        assert "discount" in shown
        machine = await run("offer", "--goal", "booked", "--json")
        assert json.loads(machine[machine.index("{") :])["variants"] == found["variants"]
        assert "No conversation has come to the node 'menu'" in await run("menu")
        assert people
