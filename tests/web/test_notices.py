"""Telling people: what follows a handoff's `requested`, and what `trigger.ended` starts, each once and beside the
conversation."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import func, select

from botflow.storage.tables import effects
from tests.stand_ins.smtp import MailServer, mail_server
from tests.web.api.calls import answered
from tests.web.site import PUBLIC_URL, Site, open_site

DESK = """
botflow: 1
id: desk
nodes:
  - {id: start, type: chatbot, actionType: message_received, next: name}
  - {id: name, type: chatbot, actionType: ask, properties: {text: "Your name?", variable: name}, next: agent}
  - id: agent
    type: logic
    actionType: handoff
    properties: {queue: billing, note: "{{ name }} wants money back", priority: high, summary: [name]}
    on: {returned: bye, requested: mail}
  - {id: bye, type: chatbot, actionType: say, properties: {text: Bye.}}
  - id: mail
    type: email
    actionType: send
    properties:
      to: desk@example.org
      subject: "{{ handoff.priority }}: {{ handoff.note }} ({{ handoff.queue }})"
      text: "{{ name }}, {{ handoff.summary.name }}: {{ handoff.link }}"
"""
FAILS = """
botflow: 1
id: fails
nodes:
  - {id: start, type: chatbot, actionType: message_received, next: which}
  - {id: which, type: chatbot, actionType: ask, properties: {text: "Which?", variable: which}, next: branch}
  - id: branch
    type: conditional
    actionType: branch
    properties: {cases: [{handle: bad, when: "which == 'bad'"}]}
    on: {bad: broken, else: fine}
  - {id: broken, type: logic, actionType: emit, properties: {event: "{{ nothing_at_all }}"}}
  - {id: fine, type: chatbot, actionType: say, properties: {text: Fine.}}
  - {id: over, type: trigger, actionType: ended, properties: {on: [failed, cancelled]}, next: mail}
  - id: mail
    type: email
    actionType: send
    properties:
      to: ops@example.org
      subject: "{{ $input.workflow }} {{ $input.status }}"
      text: "{{ $input.error.code }} at {{ $input.error.node }}, {{ $over.channel }}, {{ $input.execution }}"
"""


@asynccontextmanager
async def sites(database_url: str) -> AsyncIterator[tuple[Site, MailServer]]:
    """Serve both flows beside a mail server."""
    async with mail_server() as server:
        environment = {f"EMAIL_{name.upper()}": value for name, value in server.settings().items()}
        async with open_site(database_url, flows=(DESK, FAILS), environment=environment) as site:
            yield site, server


async def taken(server: MailServer, count: int) -> list[tuple[str, str]]:
    """Return the subjects and texts of the e-mails, as soon as there are this many."""
    for _ in range(400):
        if len(server.taken) >= count:
            break
        await asyncio.sleep(0.05)
    return [(str(each.message["Subject"]), each.message.get_content().strip()) for each in server.taken]


async def ended_runs(site: Site, workflow: str, count: int) -> list[dict[str, Any]]:
    """Return the workflow's runs that have ended, as soon as there are this many."""
    for _ in range(400):
        found = (await answered(site, "GET", f"/executions?workflow={workflow}"))["items"]
        over = [each for each in found if each["trigger"] in ("child", "ended") and each["endedAt"]]
        if len(over) >= count:
            return over
        await asyncio.sleep(0.05)
    raise AssertionError(f"{count} runs have not ended: {found}")


async def drained(site: Site) -> None:
    """Wait until nothing is left that follows a commit."""
    left = select(func.count()).select_from(effects)
    for _ in range(400):
        if not await site.runtime.database.engine.read(lambda connection: connection.execute(left).scalar_one()):
            return
        await asyncio.sleep(0.05)
    raise AssertionError("effects are left")


async def test_people_are_told_of_a_handoff_once_and_a_failure_there_breaks_nothing(database_url: str) -> None:
    async with sites(database_url) as (site, server):
        await _tell_of_handoffs(site, server)


async def _tell_of_handoffs(site: Site, server: MailServer) -> None:
    visit = await site.visit("desk")
    await visit.say("hi")
    assert await visit.say("Ann") == []
    number = await visit.number()

    assert await taken(server, 1) == [
        (
            "high: Ann wants money back (billing)",
            f"Ann, Ann: {PUBLIC_URL}/api/v1/handoffs/{number}.3",
        )
    ]

    server.refusals["desk@example.org"] = "550 no such mailbox"
    other = await site.visit("desk")
    await other.say("hi")
    await other.say("Bob")
    runs = await ended_runs(site, "desk", 2)
    assert sorted((each["status"], (each["error"] or {}).get("code")) for each in runs) == [
        ("completed", None),
        ("failed", "email.refused_recipient"),
    ]
    waiting = (await answered(site, "GET", "/handoffs?state=waiting"))["items"]
    assert {each["note"] for each in waiting} == {"Ann wants money back", "Bob wants money back"}
    handoff = next(each["id"] for each in waiting if each["note"].startswith("Bob"))
    await answered(site, "POST", f"/handoffs/{handoff}/claim", {"person": "Maria"})
    await answered(site, "POST", f"/handoffs/{handoff}/return", {})
    assert len(server.taken) == 1


async def test_the_ends_of_executions_are_told_once_each_also_those_by_an_operator(database_url: str) -> None:
    async with sites(database_url) as (site, server):
        await _tell_of_ends(site, server)


async def _tell_of_ends(site: Site, server: MailServer) -> None:
    ann, ben, cay = [await site.visit("fails") for _ in range(3)]
    for visit in (ann, ben, cay):
        await visit.say("hi")
    listed = (await answered(site, "GET", "/executions?workflow=fails"))["items"]
    executions = {each["session"]: each["id"] for each in listed}

    await ann.say("bad")
    first = await taken(server, 1)
    await answered(site, "POST", f"/executions/{executions[await ben.number()]}/cancel")
    await taken(server, 2)
    assert await cay.say("good") == ["Fine."]

    assert first == [("fails failed", f"emit.name at broken, chat, {executions[await ann.number()]}")]
    runs = await ended_runs(site, "fails", 2)
    assert [(each["trigger"], each["status"]) for each in runs] == [("ended", "completed")] * 2
    server.refusals["ops@example.org"] = "550 no such mailbox"
    dan = await site.visit("fails")
    await dan.say("hi")
    await dan.say("bad")
    third = (await ended_runs(site, "fails", 3))[0]
    assert (third["status"], third["error"]["code"]) == ("failed", "email.refused_recipient")
    await drained(site)
    begun = (await answered(site, "GET", "/executions?workflow=fails"))["items"]
    assert [each["trigger"] for each in begun].count("ended") == 3
    told = await taken(server, 2)  # nothing of the completed one, and nothing of a notice's own end
    assert told[1:] == [("fails cancelled", f"at , chat, {executions[await ben.number()]}")]
