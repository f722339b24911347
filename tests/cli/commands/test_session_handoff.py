"""`botflow sessions hand-off`, `return` and `deactivate`, beside a running server that follows."""

from __future__ import annotations

import asyncio
import json

from tests.cli.conftest import Call, Ended
from tests.runtime.until import until
from tests.web.api.calls import answered
from tests.web.api.test_session_changes import WAITING, started
from tests.web.site import ORDER, open_site, texts


async def test_a_conversation_is_handed_off_given_back_and_ended(sqlite_url: str, botflow: Call) -> None:
    async def call(*arguments: str) -> Ended:
        return await asyncio.to_thread(botflow, "sessions", *arguments, BOTFLOW_DATABASE_URL=sqlite_url)

    async with open_site(sqlite_url, flows=(ORDER, WAITING)) as site:
        visit, session = await started(site)

        async def is_answered() -> bool:
            return "medium pizza" in texts(await visit.history())

        taken = await call("hand-off", session, "Maria")
        again = await call("hand-off", session, "Maria", "--json")
        await visit.post(text="pizza")
        back = await call("return", session, "--replay")
        await until(is_answered)
        twice = await call("return", session)
        await visit.say("hi")
        await asyncio.to_thread(botflow, "organizations", "add", "luigi", "Luigi", BOTFLOW_DATABASE_URL=sqlite_url)
        foreign = await call("deactivate", session, "--organization", "luigi")
        ended = await call("deactivate", session)
        repeated = await call("deactivate", session, "--json")
        unknown = await call("deactivate", "999")
        nameless = await call("hand-off", session, " ")
        elsewhere = await call("deactivate", session, "--organization", "nobody")
        changes = (await answered(site, "GET", f"/audit-log?subject=session:{session}"))["items"]

    assert taken.out == f"The conversation {session} is with Maria.\n", taken.err
    assert json.loads(again.out)["handedTo"] == "Maria"
    assert back.out.startswith(f"The conversation {session} is with the bot again, and is "), back.err
    advice = "Hand it off first: botflow sessions hand-off SESSION PERSON"
    assert (twice.status, twice.err) == (2, f"error: no person has this conversation. {advice}\n")
    assert (foreign.status, f"there is no session '{session}'" in foreign.err) == (2, True), foreign.err
    assert ended.out == f"The conversation {session} is over.\n", ended.err
    assert json.loads(repeated.out)["active"] is False
    assert (unknown.status, unknown.err) == (2, "error: there is no session '999'. List them: botflow sessions\n")
    assert (nameless.status, elsewhere.status) == (2, 2)
    made = ["session.deactivated", "session.returned", "session.handed_off"]
    assert [each["action"] for each in changes] == made
    assert {each["actor"].partition(":")[0] for each in changes} == {"command line"}
