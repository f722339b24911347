"""`botflow doctor` beside a server: a table of what is stuck, one session explained and mended."""

from __future__ import annotations

import asyncio
import json

from tests.cli.conftest import Call, Ended
from tests.web.api.broken_sessions import BROKEN, waiting_session
from tests.web.api.calls import answered
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


async def test_a_session_is_explained_and_mended_by_one_remedy(database_url: str, botflow: Call) -> None:
    async def call(*arguments: str) -> Ended:
        return await asyncio.to_thread(botflow, "doctor", *arguments, BOTFLOW_DATABASE_URL=database_url)

    async with open_site(database_url, flows=(ORDER, WAITING)) as site:
        number = await waiting_session(site)
        session = str(number)
        await BROKEN["handoff.forgotten"](site, number)

        shown = await call("show", session)
        plain = json.loads((await call("show", session, "--json")).out)
        stale = await call("mend", session, "handoff.forgotten", "return", "--revision", str(plain["revision"] - 1))
        other = await call("mend", session, "timer.lost", "move", "--node", "ask")
        unfit = await call("mend", session, "handoff.forgotten", "drop")
        nothing = await call("mend", session, "hunger", "feed")
        mended = await call("mend", session, "handoff.forgotten", "return", "--revision", str(plain["revision"]))
        well = await call("show", session)
        await BROKEN["node.missing"](site, number)
        unnamed = await call("mend", session, "node.missing", "move")
        moved = json.loads((await call("mend", session, "node.missing", "move", "--node", "ask", "--json")).out)
        changes = (await answered(site, "GET", f"/audit-log?subject=session:{session}"))["items"]

    assert shown.status == 1, shown.err
    assert f"  botflow doctor mend {session} handoff.forgotten return\n" in shown.out
    assert (stale.status, "and not at" in stale.err) == (2, True), stale.err
    assert (other.status, "no finding timer.lost" in other.err) == (2, True), other.err
    assert (unfit.status, "not mended by 'drop'" in unfit.err) == (2, True), unfit.err
    assert (nothing.status, nothing.err.startswith("error: finding: ")) == (2, True), nothing.err
    assert (mended.status, mended.out.endswith("Nothing is wrong with it.\n")) == (0, True), mended.err
    assert well.status == 0
    assert (unnamed.status, "needs the field 'node'" in unnamed.err) == (2, True), unnamed.err
    assert moved["remedy"] == "move"
    assert "node.missing" not in [each["code"] for each in moved["diagnosis"]["findings"]]
    assert [each["action"] for each in changes] == ["session.mended", "session.mended", "session.handed_off"]
