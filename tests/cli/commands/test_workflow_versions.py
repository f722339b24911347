"""Which version a server serves that starts with an older file, and how an operator chooses another one."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

from tests.cli.conftest import Call
from tests.cli.processes import SECRET, Process, running
from tests.web.api.calls import answered, hello
from tests.web.site import open_site

BOT = """
botflow: 1
id: shop
nodes:
  - {{id: start, type: chatbot, actionType: message_received, next: say}}
  - {{id: say, type: chatbot, actionType: say, properties: {{text: "{text}"}}}}
"""


def says(server: Process) -> str:
    opened = server.post("/chat/shop/sessions")
    said = server.post("/chat/shop/messages", {"text": "hi"}, opened["token"])
    return str(said["messages"][0]["text"])


def test_a_restart_with_an_older_file_changes_nothing_until_an_operator_says_so(tmp_path: Path, botflow: Call) -> None:
    old, new = tmp_path / "old.yaml", tmp_path / "new.yaml"
    old.write_text(BOT.format(text="Old prices."))
    new.write_text(BOT.format(text="New prices."))
    settings = {"BOTFLOW_DATABASE_URL": f"sqlite:///{tmp_path}/shop.db", "BOTFLOW_SECRET_KEY": SECRET}

    def serving(file: Path, *arguments: str) -> tuple[str, str]:
        with running(tmp_path, "serve", str(file), "--port", "0", *arguments, **settings) as server:
            server.wait_for("ready at")
            said = says(server)
            assert server.stop() == 0
            return said, server.output

    assert serving(old)[0] == "Old prices."
    said, output = serving(new)
    assert said == "New prices."
    assert '"workflow_version_replaced"' in output
    assert '"version": 2, "replaced": 1' in output
    said, output = serving(old)
    assert said == "New prices."
    assert "workflow_file_is_older" in output
    assert "botflow workflows activate shop --version 1" in output

    listed = json.loads(botflow("workflows", "versions", "shop", "--json", **settings).out)
    assert [(each["version"], each["active"]) for each in listed] == [(2, True), (1, False)]
    unknown = botflow("workflows", "activate", "shop", "--version", "7", **settings)
    assert (unknown.status, "botflow workflows versions shop" in unknown.err) == (2, True)
    assert botflow("workflows", "versions", "shopp", **settings).status == 2
    activated = botflow("workflows", "activate", "shop", "--version", "1", **settings)
    assert activated.out == "Version 1 of shop replaces version 2.\nshop is active.\n"
    assert "active" in botflow("workflows", "versions", "shop", **settings).out.splitlines()[2]

    said, output = serving(new)
    assert said == "Old prices."
    assert "botflow workflows activate shop --version 2" in output
    said, output = serving(new, "--dev")
    assert said == "New prices."
    assert serving(new)[0] == "New prices."


async def test_a_workflow_whose_credential_is_gone_is_not_put_into_service(sqlite_url: str, botflow: Call) -> None:
    secrets = {"module": "twilio", "name": "Ours", "fields": {"accountSid": "AC" + "0" * 32, "authToken": "0" * 32}}
    async with open_site(sqlite_url, flows=()) as site:
        await answered(site, "POST", "/workflows", hello(credentials={"twilio": "Ours"}))
        made = await answered(site, "POST", "/credentials", secrets)
        await answered(site, "POST", "/workflows/hello/publish")
        await answered(site, "POST", "/workflows/hello/deactivate")
        await answered(site, "POST", f"/credentials/{made['id']}/deactivate")
    for options in ((), ("--version", "1")):
        arguments = ("workflows", "activate", "hello", *options)
        refused = await asyncio.to_thread(botflow, *arguments, BOTFLOW_DATABASE_URL=sqlite_url)
        assert refused.status == 1
        assert "the workflow names the credential 'Ours' of the module twilio" in refused.err
    listed = await asyncio.to_thread(botflow, "workflows", BOTFLOW_DATABASE_URL=sqlite_url)
    assert "inactive" in listed.out
