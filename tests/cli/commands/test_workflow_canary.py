"""An operator tries a version with a share of the people, from the command line and beside a server."""

from __future__ import annotations

import asyncio
import json

from tests.cli.conftest import Call
from tests.web.api.calls import answered
from tests.web.api.test_canaries import ALL, NEW, heard, published
from tests.web.site import open_site


async def test_a_canary_begins_grows_and_ends_by_commands(database_url: str, botflow: Call) -> None:
    async with open_site(database_url, flows=()) as site:
        await published(site)

        async def run(*options: str, status: int = 0) -> str:
            arguments = ("workflows", "canary", "order", *options)
            ended = await asyncio.to_thread(botflow, *arguments, BOTFLOW_DATABASE_URL=database_url)
            assert ended.status == status, ended.err
            if status:
                return ended.err
            return ended.out[ended.out.index("{") :] if "--json" in options else ended.out.splitlines()[-1]

        assert await run() == "No version of order is on trial."
        assert "is on trial" in await run("--abort", status=2)
        assert "10 % of order begin in version 2, the others in version 1." in await run("--percent", "10")
        assert json.loads(await run("--json"))["percent"] == 10
        assert "100 % of order begin" in await run("--percent", "100")
        for wrong in (("--promote", "--abort"), ("--version", "1"), ("--percent", "5", "--promote")):
            assert "not clear" in await run(*wrong, status=2)
        assert "is on trial as canary" in await run("--percent", "5", "--version", "1", status=2)
        active = ("workflows", "activate", "order", "--version", "2")
        refused = await asyncio.to_thread(botflow, *active, BOTFLOW_DATABASE_URL=database_url)
        assert (refused.status, "--promote" in refused.err) == (2, True), refused.err
        async with asyncio.timeout(20):
            while await heard(site, "ann") != NEW:  # within a second
                await asyncio.sleep(0.05)
                await heard(site, "ann", "Ann")
        assert await run("--abort") == "Version 1 of order gets all new conversations and runs again."
        await run("--percent", "50", "--version", "2")
        assert await run("--promote") == "Version 2 of order is active now."
        listed = (await answered(site, "GET", ALL))["items"]
        assert [each["state"] for each in listed] == ["promoted", "aborted"]
        assert all(each["author"].startswith("command line:") for each in listed)
