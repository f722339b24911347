"""An organization's retention over HTTP and in Python: its owner decides it; what pruning by it may not delete."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from botflow.records.access import Principal, Scope
from botflow.service import Service
from botflow.service.access.retention import NewRetention
from botflow.storage.retention.cutoffs import Policy
from botflow.storage.retention.prune import prune
from tests.storage.aged_rows import age_everything
from tests.storage.retention.old_rows import decide
from tests.web.api.calls import answered, call, organization_key, outcome
from tests.web.api.test_publications import ask, finished, first, order, publish, say, stored, waiting
from tests.web.site import ORDER, open_site

PATH = "/organization/retention"
NOTHING = {
    "conversationDays": None,
    "runDays": None,
    "fileDays": None,
    "eventDays": None,
    "decisionDays": None,
    "auditLogDays": None,
}
UNDECIDED = {**NOTHING, "longestDays": 100, "revision": 0, "updatedBy": None, "updatedAt": None}
WRONG: tuple[tuple[Any, str, str], ...] = (
    ({"conversationDays": 101}, "retention.too_long", "conversationDays is 101, more than the 100 days"),
    ({"runDays": 3_650}, "retention.too_long", "runDays is 3,650, more than the 100 days"),
    ({"fileDays": 31, "conversationDays": 30}, "retention.files_outlive", "fileDays is 31, but a file goes with"),
    ({"conversationDays": 6}, "body.wrong_type", "conversationDays is less than 7"),
    ({"fileDays": 0}, "body.wrong_type", "fileDays is less than 1"),
    ({"eventDays": 8}, "body.wrong_type", "eventDays is more than 7"),
    ({"eventDays": 1}, "body.wrong_type", "eventDays is less than 2"),
    ({"decisionDays": 89}, "body.wrong_type", "decisionDays is less than 90"),
    ({"auditLogDays": 364}, "body.wrong_type", "auditLogDays is less than 365"),
    ({"auditLogDays": 3_651}, "body.wrong_type", "auditLogDays is more than 3650"),
    ({"conversationDays": "90"}, "body.wrong_type", "conversationDays is not a whole number"),
    ({"conversationDays": True}, "body.wrong_type", "conversationDays is not a whole number"),
    ({"conversations": 90}, "body.unknown_field", "the body has an unknown field 'conversations'"),
)


async def test_an_owner_decides_it_for_the_own_organization(database_url: str) -> None:
    async with open_site(database_url, flows=(ORDER,), botflow_longest_retention_days=100) as site:
        ours, theirs = await organization_key(site, "ours"), await organization_key(site, "theirs")
        read = await call(site, "GET", PATH, key=ours)
        assert (read.json(), read.headers["etag"]) == (UNDECIDED, '"0"')

        wanted = {"conversationDays": 90, "auditLogDays": 365}
        made = await call(site, "PUT", PATH, wanted, ours, if_match='"0"')
        assert made.status_code == 200, made.text
        shown = made.json()
        assert shown == {
            **UNDECIDED,
            **wanted,
            "revision": 1,
            "updatedBy": "key:owner",
            "updatedAt": shown["updatedAt"],
        }
        assert made.headers["etag"] == '"1"'
        stale = await call(site, "PUT", PATH, {}, ours, if_match='"0"')
        assert outcome(stale) == (412, "retention.changed")
        for body, code, words in WRONG:
            refused = await call(site, "PUT", PATH, body, ours)
            assert outcome(refused) == (422, code)
            assert words in refused.json()["detail"]
        assert outcome(await call(site, "PUT", PATH, None, ours))[1] == "body.empty"
        same = await call(site, "PUT", PATH, wanted, ours)
        assert same.json() == (await call(site, "GET", PATH, key=ours)).json() == shown
        assert (await call(site, "GET", PATH, key=theirs)).json() == UNDECIDED

        for role in ("viewer", "operator", "editor"):
            key = await organization_key(site, "ours", role)
            assert (await call(site, "GET", PATH, key=key)).json() == shown
            assert outcome(await call(site, "PUT", PATH, {}, key)) == (403, "scope.missing")

        everything = await answered(site, "PUT", PATH, {}, ours)
        assert {name: everything[name] for name in NOTHING} == NOTHING
        log = await answered(site, "GET", "/audit-log?subject=organization:ours", key=ours)
        assert [(each["action"], each["before"], each["after"]) for each in log["items"]] == [
            ("organization.retention_changed", {**NOTHING, **wanted}, NOTHING),
            ("organization.retention_changed", NOTHING, {**NOTHING, **wanted}),
        ]
        caller = Principal(organization=1, actor="app", scopes=frozenset(Scope))
        retention = Service(site.runtime, caller).retention
        decided = await retention.set_retention(NewRetention.model_validate({"runDays": 30}), if_revision=0)
        assert (decided.run_days, decided.revision, decided.updated_by) == (30, 1, "app")
        assert await retention.get_retention() == decided


@pytest.mark.parametrize("gone_on", [False, True])
async def test_what_a_publication_would_return_is_kept(database_url: str, gone_on: bool) -> None:
    """A publication let a conversation begin again long ago. When it is rolled back, the conversation goes on where it
    was; if the person has gone on meanwhile, what was before is over."""
    async with open_site(database_url, flows=()) as site:
        _, bob = await waiting(site)
        before = await stored(site)
        second = order(ask("name", "New name?", "name"), say("done", "New: {{ name }}"))
        _, publication = await publish(site, second, {"default": "restart"})
        assert (await finished(site, publication))["moved"] == 2
        if gone_on:
            assert await bob.say("again") == ["New name?"]
        await age_everything(site.runtime.database, 50)
        await decide(site.runtime.database, 1, conversation_days=7)
        pruned = await asyncio.to_thread(prune, database_url, Policy())
        # Two turns opened the page, before the conversations began.
        assert (pruned.executions, pruned.turns) == ((1, 2 + 2) if gone_on else (0, 2))

        rolled_back = await call(site, "POST", f"/workflows/order/publications/{publication}/rollback")
        assert rolled_back.status_code == 200, rolled_back.text
        back = await finished(site, publication, "returned")
        assert (back["returned"], back["goneOn"]) == ((1, 1) if gone_on else (2, 0))
        if not gone_on:
            assert (await stored(site))[bob.external_id][:2] == before[bob.external_id][:2]
            assert await bob.say("large") == ["Bob: large"]


async def test_an_execution_that_is_gone_does_not_come_back(database_url: str) -> None:
    """Another version was active when the pruning ran, so the publication could not return then."""
    async with open_site(database_url, flows=()) as site:
        _, bob = await waiting(site)
        _, publication = await publish(site, order(ask("name", "New name?", "name")), {"default": "restart"})
        await finished(site, publication)
        assert (await call(site, "PUT", "/workflows/order/draft", first())).status_code == 200
        assert (await call(site, "POST", "/workflows/order/versions/1/rollback")).status_code == 200
        await age_everything(site.runtime.database, 50)
        await decide(site.runtime.database, 1, conversation_days=7)
        assert (await asyncio.to_thread(prune, database_url, Policy())).executions == 2
        assert (await call(site, "POST", "/workflows/order/versions/2/rollback")).status_code == 200
        rolled_back = await call(site, "POST", f"/workflows/order/publications/{publication}/rollback")
        assert rolled_back.status_code == 200, rolled_back.text
        assert (await finished(site, publication, "returned"))["goneOn"] == 2
        assert await bob.say("hi") == ["Name?"]
