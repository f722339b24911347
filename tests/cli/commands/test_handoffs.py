"""`botflow handoffs`, beside a running server that follows."""

from __future__ import annotations

import asyncio
import json

from tests.cli.conftest import Call, Ended
from tests.web.api.test_handoff_node import DESK, heard, listed, waiting
from tests.web.site import open_site


async def test_a_handoff_is_listed_claimed_answered_and_returned(sqlite_url: str, botflow: Call) -> None:
    async def call(*arguments: str) -> Ended:
        return await asyncio.to_thread(botflow, "handoffs", *arguments, BOTFLOW_DATABASE_URL=sqlite_url)

    none = await call()
    async with open_site(sqlite_url, flows=(DESK,)) as site:
        visit, id = await waiting(site)
        session = id.split(".")[0]
        await listed(site, id)

        lines = (await call("--state", "waiting")).out.splitlines()
        claimed = await call("claim", id, "Maria")
        second = await call("claim", id, "Luigi")
        said = await call("say", id, "Hello Ann.")
        moved = await call("transfer", id, "--queue", "refunds")
        early = await call("say", id, "Still there?")
        again = await call("transfer", id, "--person", "Luigi")
        released = await call("release", id)
        wrong = [
            await call("claim", "9.9", "Maria"),
            await call("claim", id, " "),
            await call("transfer", id),
            await call("return", id, "--value", "refund"),
            await call("return", id, "--value", "name=Eve"),
            await call("--state", "lost"),
        ]
        claimed_again = json.loads((await call("claim", id, "Maria", "--json")).out)
        back = await call("return", id, "--note", "done", "--value", "refund=12")
        over = await call("claim", id, "Maria")
        heard_last = await heard(visit, "Maria: done, 12 back. OK?")
        ended = json.loads((await call("--state", "ended", "--json")).out)

    assert none.out == "No conversation is handed off.\n"
    assert (lines[0].split()[:4], lines[1].split()[:4]) == (
        ["ID", "STATE", "PRIORITY", "QUEUE"],
        [id, "waiting", "high", "billing"],
    )
    assert claimed.out == f"The conversation {session} is with Maria.\n"
    assert (second.status, second.err) == (
        2,
        "error: Maria has this conversation already. Take another one, or transfer it\n",
    )
    assert said.out == "Said as Maria.\n"
    assert (
        moved.out
        == released.out.replace("in billing", "in refunds")
        == (f"The conversation {session} waits for a person in refunds.\n")
    )
    assert (early.status, again.out) == (2, f"The conversation {session} is with Luigi.\n")
    assert [each.status for each in wrong] == [2] * 6, [each.err for each in wrong]
    assert wrong[0].err == "error: there is no handoff '9.9'. List them: botflow handoffs\n"
    assert claimed_again["state"] == "claimed"
    assert back.out == f"The conversation {session} is with the bot again.\n"
    assert over.err == (
        "error: this handoff is over: returned. List those that wait: botflow handoffs --state waiting\n"
    )
    assert heard_last == ["Your name?", "Hello Ann.", "Maria: done, 12 back. OK?"]
    assert [(each["id"], each["returnedNote"]) for each in ended] == [(id, "done")]
