"""Campaigns as operators see them: what they did, who is due next, and whom they missed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from botflow.flow.contact_fields import sought
from tests.faults.waiting import until
from tests.triggering.campaigning import Campaigning, greeting
from tests.web.api.calls import answered, call, organization_key, outcome
from tests.web.site import API_KEY, ORDER, open_site

BEARER = {"authorization": f"Bearer {API_KEY}"}
ONE = "/workflows/greet/campaigns/born"


async def test_a_campaign_shows_what_it_did_and_who_is_next(database_url: str, subtests: pytest.Subtests) -> None:
    async with open_site(database_url, flows=(ORDER,)) as site:
        await answered(site, "GET", "/events")  # a feed begins
        now = datetime.now(UTC)
        moment = now - timedelta(hours=1)
        place = Campaigning(site.runtime.database, now=now)
        await place.publish(
            greeting(field="visit", at=None, before="1h", group="guests"), since=moment - timedelta(days=1)
        )
        soon, later = (moment + timedelta(hours=hours) for hours in (30, 40))
        ann = await place.person("ann", groups=["guests"], visit=(now + timedelta(minutes=50)).isoformat())
        bea = await place.person("bea", groups=["guests"], visit=soon.isoformat(), timeZone="Asia/Tokyo")
        cay = await place.person("cay", groups=["guests"], visit=later.isoformat())
        old = await place.person("old", groups=["guests"], visit=(now - timedelta(hours=10)).isoformat())
        await place.person("out", visit=soon.isoformat())
        await place.look()
        with subtests.test("it is shown with counts"):
            shown = await answered(site, "GET", ONE)
            assert (shown["field"], shown["before"], shown["after"], shown["late"]) == ("visit", "1h", None, "8h")
            assert (shown["status"], shown["counts"]) == ("active", {"waiting": 0, "started": 1, "missed": 1})
            assert (await answered(site, "GET", "/campaigns"))["items"] == [shown]
            assert (await answered(site, "GET", "/workflows/greet/campaigns"))["items"] == [shown]
        with subtests.test("what was started and missed"):
            [started] = (await answered(site, "GET", f"{ONE}/starts"))["items"]
            [missed] = (await answered(site, "GET", f"{ONE}/starts?outcome=missed"))["items"]
            assert (started["contact"], started["outcome"], started["reason"]) == (ann, "started", None)
            execution = await answered(site, "GET", f"/executions/{started['executionId']}")
            assert execution["trigger"] == "campaign"
            assert (missed["contact"], missed["reason"]) == (old, "campaign.too_late")
            assert sought(missed["occasion"]) == sought((now - timedelta(hours=10)).isoformat())
        with subtests.test("who is due next, on their clocks"):
            preview = await answered(site, "GET", f"{ONE}/preview")
            assert [each["contact"] for each in preview["contacts"]] == [bea, cay]
            assert preview["contacts"][0]["local"].endswith("+09:00")
            assert preview["isComplete"]
            first = await answered(site, "GET", f"{ONE}/preview?count=1")
            assert (len(first["contacts"]), first["isComplete"]) == (1, False)
        with subtests.test("the conversation is held, and events tell of both"):

            async def is_told() -> bool:
                said = await site.client.get("/chat/greet/messages?externalId=ann", headers=BEARER)
                events = (await answered(site, "GET", "/events"))["items"]
                told = [(each["type"], each["data"]["contact"]) for each in events if "campaign" in each["type"]]
                heard = [each["text"] for each in said.json().get("messages", [])]
                return (heard, sorted(told)) == (["Hello."], [("campaign.missed", old), ("campaign.started", ann)])

            await until(is_told, "the greeting and both events are there")
        with subtests.test("what is unknown, and to others"):
            assert outcome(await call(site, "GET", "/workflows/greet/campaigns/other")) == (404, "campaign.unknown")
            theirs = await organization_key(site, "theirs")
            assert outcome(await call(site, "GET", ONE, key=theirs)) == (404, "workflow.unknown")
            assert (await answered(site, "GET", "/campaigns", key=theirs))["items"] == []
