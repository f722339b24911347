"""`botflow webhooks` beside a running server: from the first event to the webhook's end."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from tests.cli.conftest import Call, Ended
from tests.runtime.until import until
from tests.web.api.calls import answered
from tests.web.api.receiver import receiving
from tests.web.site import ORDER, SECRET, open_site

LOOPBACK = "127.0.0.0/8"


async def test_a_webhook_from_its_first_event_to_its_end(database_url: str, botflow: Call) -> None:
    settings = {"BOTFLOW_DATABASE_URL": database_url, "BOTFLOW_SECRET_KEY": SECRET}

    async def call(*arguments: str, **more: str) -> Ended:
        networks = {"BOTFLOW_WEBHOOK_NETWORKS": LOOPBACK}
        return await asyncio.to_thread(botflow, "webhooks", *arguments, **settings, **(networks | more))

    async def plain(*arguments: str) -> Any:
        ended = await call(*arguments, "--json")
        assert ended.status == 0, ended.err
        return json.loads(ended.out)

    async with (
        receiving() as receiver,
        open_site(database_url, flows=(ORDER,), botflow_webhook_networks=(LOOPBACK,)) as site,
    ):
        none = await call()
        made = await plain("add", receiver.url, "--type", "workflow.*", "--description", "our CRM")
        visit = await site.visit()
        await visit.say("Ann")
        await visit.say("pizza")
        await until(lambda: receiver.types_once() == ["workflow.started", "workflow.completed"])
        verified = receiver.verified(made["secret"])

        async def is_noted() -> bool:
            return len(await plain("deliveries", made["id"], "--state", "delivered")) == 2

        await until(is_noted)
        [event, _] = await plain("deliveries", made["id"])
        table = await call("deliveries", made["id"])
        once = await call("replay", made["id"], "--event", event["event"])
        receiver.status = 500
        refused = await call("test", made["id"])
        receiver.status = 200
        off = await call("change", made["id"], "--disable", "--all-types")
        listed = await call()
        since = await call("replay", made["id"], "--since", "2020-01-01")
        former = made["secret"]
        fresh = await call("rotate", made["id"], "--overlap-hours", "0")

        async def is_removed() -> bool:  # a delivery under way may hold its row
            return (await call("remove", made["id"])).out == f"{made['id']} is deleted.\n"

        await until(is_removed)
        wrong = {
            said: await call(*arguments, **more)
            for said, arguments, more in (
                ("List them: botflow webhooks\n", ("remove", made["id"]), {}),
                ("Give --since or --event", ("replay", made["id"]), {}),
                ("there is no event type 'workflow.eaten'", ("add", receiver.url, "--type", "workflow.eaten"), {}),
                ("nothing is to be changed", ("change", made["id"]), {}),
                ("exclude each other", ("change", made["id"], "--enable", "--disable"), {}),
                ("BOTFLOW_WEBHOOK_NETWORKS", ("add", receiver.url), {"BOTFLOW_WEBHOOK_NETWORKS": ""}),
                ("since is not a date or a time", ("replay", made["id"], "--since", "yesterday"), {}),
            )
        }
        changes = (await answered(site, "GET", f"/audit-log?subject=webhook:{made['id']}"))["items"]

    assert none.out == "No webhooks yet.\n", none.err
    assert [each["type"] for each in verified] == ["workflow.started", "workflow.completed"]
    assert event["event"] in table.out
    assert (once.status, once.out) == (0, f"{event['event']} was received. The answer was 200.\n"), once.err
    assert (refused.status, "was not received (webhook.refused). The answer was 500." in refused.out) == (1, True)
    assert off.out == f"{made['id']} is disabled: all events to {receiver.url}.\n", off.err
    assert "disabled" in listed.out
    assert "our CRM" in listed.out
    assert made["secret"] not in listed.out
    assert since.out == f"{made['id']} is enabled: all events to {receiver.url}.\n", since.err
    assert fresh.out.startswith("whsec_"), fresh.err
    assert former not in fresh.out
    for said, ended in wrong.items():
        assert (ended.status, said in ended.err) == (2, True), ended.err
    done = ["deleted", "secret_rotated", "replayed", "updated", "tested", "replayed", "created"]
    assert [each["action"] for each in changes] == [f"webhook.{each}" for each in done]
    assert {each["actor"].partition(":")[0] for each in changes} == {"command line"}
