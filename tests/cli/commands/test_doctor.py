"""`botflow doctor` beside a server: a table of what is stuck and an exit status for scripts."""

from __future__ import annotations

import asyncio
import json

from tests.cli.conftest import Call
from tests.web.api.broken_sessions import BROKEN, waiting_session
from tests.web.api.test_session_changes import WAITING
from tests.web.site import ORDER, SECRET, open_site


async def test_the_doctor_says_what_is_stuck_and_exits_with_1(database_url: str, botflow: Call) -> None:
    async with open_site(database_url, flows=(ORDER, WAITING)) as site:
        session = await waiting_session(site)
        settings = {"BOTFLOW_DATABASE_URL": database_url}

        well = await asyncio.to_thread(botflow, "doctor", **settings)
        await BROKEN["credential.unreadable"](site, session)
        unopened = await asyncio.to_thread(botflow, "doctor", **settings)
        opened = await asyncio.to_thread(botflow, "doctor", BOTFLOW_SECRET_KEY=SECRET, **settings)
        await BROKEN["node.missing"](site, session)
        told = await asyncio.to_thread(botflow, "doctor", "--workflow", "waiting", "--json", **settings)
        other = await asyncio.to_thread(botflow, "doctor", "--workflow", "order", **settings)
        unknown = await asyncio.to_thread(botflow, "doctor", "--workflow", "nothing", **settings)

    assert (well.status, well.out.strip()) == (0, "No session is stuck."), well.err
    assert unopened.status == 0, unopened.err
    assert (opened.status, "credential.unreadable" in opened.out) == (1, True), opened.err
    found = json.loads(told.out)
    assert told.status == 1
    assert {(each["session"], each["code"]) for each in found} >= {(str(session), "node.missing")}
    assert (other.status, unknown.status, "no workflow" in unknown.err) == (0, 2, True), unknown.err
