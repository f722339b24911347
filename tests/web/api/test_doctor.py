"""The doctor finds each way in which a session is stuck, says why, and mends it by the remedy that is asked for."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Connection, insert, select, update

from botflow.errors import RejectedInbound
from botflow.records.access import Principal, Scope
from botflow.service.doctor.finding_models import CODES, Finding, Mending
from botflow.service.doctor.remedies import Remedies
from botflow.storage.service.sessions.stuck_sessions import examine_session
from botflow.storage.tables import executions, outbounds, sessions, workflows
from botflow.storage.tables.service import audit_log
from tests.faults.waiting import until
from tests.organizations import HOME
from tests.web.api.broken_sessions import (
    BROKEN,
    handed_off_long_ago,
    waiting_session,
    with_columns,
    with_inbound,
    with_outbound,
    write,
)
from tests.web.api.calls import answered, call, organization_key, outcome
from tests.web.api.test_session_changes import WAITING, column, started
from tests.web.site import ORDER, Site, open_site

MANY = 450  # more than two pages of sessions


async def diagnosis(site: Site, session: int | str) -> dict[str, Any]:
    return dict(await answered(site, "GET", f"/sessions/{session}/diagnosis"))


async def findings(site: Site, query: str = "") -> list[tuple[str, str]]:
    """Return session and code of all findings, page by page."""
    found, cursor = [], ""
    for _ in range(100):
        page = await answered(site, "GET", f"/doctor/findings?{query}{cursor}")
        found += [(each["session"], each["code"]) for each in page["items"]]
        if page["next"] is None:
            return found
        cursor = f"&cursor={page['next']}"
    raise AssertionError("the list has no end")


def copies(connection: Connection, session: int, number: int) -> int:
    """Store as many sessions like this one, with an execution each."""
    row = dict(connection.execute(select(sessions).where(sessions.c.id == session)).mappings().one())
    began = dict(connection.execute(select(executions).where(executions.c.session_id == session)).mappings().one())
    del row["id"]
    for each in range(number):
        execution = uuid4()
        state = {**row["state"], "execution": str(execution)}
        copied = insert(sessions).values({**row, "external_id": f"person-{each}", "state": state})
        made = connection.execute(copied.returning(sessions.c.id)).scalar_one()
        connection.execute(insert(executions).values({**began, "id": execution, "session_id": made}))
    return number


async def test_each_way_of_being_stuck_is_found_and_explained(database_url: str, subtests: pytest.Subtests) -> None:
    async with open_site(database_url, flows=(ORDER, WAITING), worker=None) as site:
        well = await waiting_session(site)
        assert (await diagnosis(site, well))["findings"] == []
        broken: dict[str, int] = {}
        for code, make in BROKEN.items():
            with subtests.test(msg=code):
                session = broken[code] = await waiting_session(site)
                await make(site, session)
                shown = await diagnosis(site, session)
                assert [each["code"] for each in shown["findings"]] == [code]
                [finding] = shown["findings"]
                assert finding["session"] == str(session)
                assert finding["why"].endswith(".")
                assert finding["do"].endswith(".")
        visit = await site.visit("order")
        await visit.say("hi")
        await site.set_status("order", "paused")
        paused = broken["workflow.out_of_service"] = await visit.number()
        before = await site.state_hash()

        assert sorted(await findings(site)) == sorted((str(id), code) for code, id in broken.items())
        assert await findings(site, "workflow=order") == [(str(paused), "workflow.out_of_service")]
        assert await findings(site, "code=node.missing&limit=1") == [(str(broken["node.missing"]), "node.missing")]
        assert len(await findings(site, "limit=3")) == len(broken)
        assert set(broken) == set(CODES)
        assert await site.state_hash() == before  # nothing is changed by looking
        theirs = await organization_key(site, "theirs")
        assert (await answered(site, "GET", "/doctor/findings", key=theirs))["items"] == []
        assert outcome(await call(site, "GET", f"/sessions/{well}/diagnosis", key=theirs)) == (404, "session.unknown")


async def test_a_large_deployment_that_is_well_has_no_finding(database_url: str) -> None:
    async with open_site(database_url, flows=(ORDER, WAITING), worker=None) as site:
        visit = await site.visit("order")
        await visit.say("hi")
        session = await waiting_session(site)

        await site.runtime.database.engine.write(copies, session, MANY)

        page = await answered(site, "GET", "/doctor/findings")

        assert page == {"items": [], "next": None}


async def test_a_remedy_mends_exactly_what_was_shown(database_url: str) -> None:
    async with open_site(database_url, flows=(ORDER, WAITING)) as site:
        visit, session = await started(site)
        await BROKEN["version.gone"](site, int(session))
        shown = await diagnosis(site, session)
        asked = {"finding": "version.gone", "remedy": "end", "revision": shown["revision"]}
        path = f"/sessions/{session}/mend"

        wrong = [
            outcome(await call(site, "POST", path, {**asked, **other}))
            for other in (
                {"revision": shown["revision"] + 1},
                {"finding": "node.missing"},
                {"remedy": "move", "node": "ask"},
                {"subject": "another"},
                {"remedy": "restart"},
            )
        ]
        mended = await call(site, "POST", path, asked, idempotency_key="once")
        again = await call(site, "POST", path, asked, idempotency_key="once")
        late = outcome(await call(site, "POST", path, asked))

        assert wrong == [
            (409, "session.changed"),
            (409, "finding.unknown"),
            (422, "remedy.unknown"),
            (409, "finding.unknown"),
            (422, "body.wrong_type"),
        ]
        assert (mended.status_code, mended.json()["diagnosis"]["findings"]) == (200, [])
        assert mended.json()["did"] == shown["findings"][0]["remedies"][0]["does"]
        assert again.json() == mended.json()
        assert late == (409, "session.changed")
        assert await visit.say("hi") == ["medium?"]  # a new conversation
        logged = await column(site, select(audit_log.c.after).where(audit_log.c.action == "session.mended"))
        assert logged == [{"finding": "version.gone", "remedy": "end"}]


async def test_a_lost_timer_begins_again_where_the_operator_says(database_url: str) -> None:
    async with open_site(database_url, flows=(ORDER, WAITING)) as site:
        visit, session = await started(site)
        await BROKEN["timer.lost"](site, int(session))
        revision = (await diagnosis(site, session))["revision"]
        move = {"finding": "timer.lost", "remedy": "move", "revision": revision}

        needs = outcome(await call(site, "POST", f"/sessions/{session}/mend", move))
        nowhere = await call(site, "POST", f"/sessions/{session}/mend", {**move, "node": "nowhere"})
        await answered(site, "POST", f"/sessions/{session}/mend", {**move, "node": "ask"})

        async def is_timed() -> bool:
            return (await diagnosis(site, session))["wakesAt"] is not None

        await until(is_timed, "the node was visited")
        assert needs == (422, "remedy.needs")
        assert nowhere.is_client_error
        assert (await diagnosis(site, session))["findings"] == []
        assert await visit.say("pizza") == ["medium pizza"]


async def test_a_remedy_changes_nothing_of_a_session_that_went_on_since_it_was_examined(database_url: str) -> None:
    async with open_site(database_url, flows=(ORDER, WAITING), worker=None) as site:
        operator = Principal(organization=HOME, actor="test", scopes=frozenset(Scope))
        remedies = Remedies(site.runtime.database.within(HOME), operator)
        for meanwhile in (with_columns(version=sessions.c.version + 1), with_inbound):
            session = await waiting_session(site)
            await BROKEN["timer.lost"](site, session)
            [finding] = (await diagnosis(site, session))["findings"]
            each = await site.runtime.database.engine.read(examine_session, HOME, session)
            assert each is not None
            mending = Mending(finding="timer.lost", remedy="end", revision=each.stored.session.version)
            await meanwhile(site, session)
            before = await site.state_hash()

            with pytest.raises(RejectedInbound) as refused:
                await remedies.apply(each, None, Finding.model_validate(finding), mending)

            assert refused.value.code == "session.changed"
            assert await site.state_hash() == before


async def test_of_two_messages_one_is_given_up_and_nothing_else_changes(database_url: str) -> None:
    async with open_site(database_url, flows=(ORDER, WAITING), worker=None) as site:
        held, other = await waiting_session(site), await waiting_session(site)
        for session in (held, other):
            await with_outbound("held")(site, session)
            await write(site, update(outbounds).where(outbounds.c.session_id == session).values(index=1))
            await with_outbound("held")(site, session)
        shown = await diagnosis(site, held)
        first, second = (each["subject"] for each in shown["findings"])
        row = select(sessions).where(sessions.c.id.in_((held, other))).order_by(sessions.c.id)
        before = await site.runtime.database.engine.read(lambda connection: connection.execute(row).all())

        drop = {"finding": "outbound.held", "remedy": "drop", "subject": second, "revision": shown["revision"]}
        await answered(site, "POST", f"/sessions/{held}/mend", drop)

        states = select(outbounds.c.state).where(outbounds.c.version == 90)
        assert await column(site, states.order_by(outbounds.c.session_id, outbounds.c.index)) == [
            *("held", "failed"),
            *("held", "held"),
        ]
        assert (await answered(site, "GET", f"/outbounds/{first}"))["status"] == "held"
        assert await site.runtime.database.engine.read(lambda connection: connection.execute(row).all()) == before


async def test_another_organization_neither_sees_nor_mends(database_url: str) -> None:
    async with open_site(database_url, flows=(ORDER, WAITING), worker=None) as site:
        session = await waiting_session(site)
        await BROKEN["timer.lost"](site, session)
        revision = (await diagnosis(site, session))["revision"]
        theirs = await organization_key(site, "theirs")
        mending = {"finding": "timer.lost", "remedy": "end", "revision": revision}

        assert (await answered(site, "GET", "/doctor/findings", key=theirs))["items"] == []
        seen = await call(site, "GET", f"/sessions/{session}/diagnosis", key=theirs)
        mended = await call(site, "POST", f"/sessions/{session}/mend", mending, key=theirs)

        assert (seen.status_code, mended.status_code) == (404, 404)
        assert [each["code"] for each in (await diagnosis(site, session))["findings"]] == ["timer.lost"]


async def test_a_conversation_is_returned_and_a_held_message_given_up(database_url: str) -> None:
    async with open_site(database_url, flows=(ORDER, WAITING), worker=None) as site:
        handed, held = await waiting_session(site), await waiting_session(site)
        await handed_off_long_ago(site, handed)
        await with_outbound("held")(site, held)
        revision = (await diagnosis(site, handed))["revision"]
        back = {"finding": "handoff.forgotten", "remedy": "return", "revision": revision}
        [message] = (await diagnosis(site, held))["findings"]
        drop = {"finding": "outbound.held", "remedy": "drop", "subject": message["subject"]}
        revision = (await diagnosis(site, held))["revision"]

        returned = await answered(site, "POST", f"/sessions/{handed}/mend", back)
        dropped = await answered(site, "POST", f"/sessions/{held}/mend", {**drop, "revision": revision})

        assert (returned["diagnosis"]["findings"], dropped["diagnosis"]["findings"]) == ([], [])
        assert (await answered(site, "GET", f"/sessions/{handed}"))["status"] == "waiting"
        assert (await answered(site, "GET", f"/outbounds/{message['subject']}"))["status"] == "failed"
        assert await column(site, select(workflows.c.slug).order_by(workflows.c.slug)) == ["order", "waiting"]
