"""E-mails of whole conversations: by which account they leave, what they carry, and how often."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import structlog
from sqlalchemy import select, update

from botflow.storage.tables import answers, credentials, outbounds
from tests.stand_ins.smtp import PASSWORD, USER, MailServer, mail_server
from tests.web.chat.uploads import PNG, uploaded
from tests.web.site import Site, open_site

ORDER = """
botflow: 1
id: order
templates:
  receipt: {subject: "Order of {{ name }}", text: "Thank you, {{ name }}!", html: "<p>Thank you, {{ name }}!</p>"}
nodes:
  - {id: start, type: chatbot, actionType: message_received, next: who}
  - {id: who, type: chatbot, actionType: ask, properties: {text: "Name?", variable: name}, next: photo}
  - id: photo
    type: chatbot
    actionType: ask
    properties: {text: "Photo?", variable: photo, expect: media}
    next: mail
  - id: mail
    type: email
    actionType: send
    properties: {to: "{{ name }} <ann@example.org>", template: receipt, attachments: ["{{ photo }}"]}
    on: {next: done, error: failed}
  - {id: done, type: chatbot, actionType: say, properties: {text: "sent to {{ $mail.accepted[0] }}"}}
  - {id: failed, type: chatbot, actionType: say, properties: {text: "{{ $mail.code }}: {{ $mail.message }}"}}
"""
NAMED = ORDER.replace("id: order", "id: named").replace("type: email\n", "type: email\n    credential: Sales\n")


@pytest.fixture
async def server() -> AsyncIterator[MailServer]:
    async with mail_server(login=True) as opened:
        yield opened


async def ordered(site: Site, name: str, workflow: str = "order") -> str:
    visit = await site.visit(workflow)
    await visit.say("hi")
    await visit.say(name)
    answer = await visit.post(media=[await uploaded(visit)])
    return str(answer.json()["messages"][0]["text"])


async def test_an_e_mail_leaves_by_the_account_of_the_workflow(
    database_url: str, server: MailServer, capsys: pytest.CaptureFixture[str]
) -> None:
    account = server.settings(user=USER, password=PASSWORD)
    environment = {f"EMAIL_{name.upper()}": value for name, value in account.items()}
    structlog.configure(processors=[structlog.processors.JSONRenderer()])
    async with open_site(database_url, flows=(ORDER, NAMED), environment=environment) as site:
        assert await ordered(site, "Bob\r\nBcc: evil@example.org <b>") == "sent to ann@example.org"

        [taken] = server.taken
        message = taken.message
        assert message["Subject"] == "Order of Bob Bcc: evil@example.org <b>"
        assert (taken.recipients, message["Bcc"]) == (("ann@example.org",), None)
        html = message.get_body(("html",))
        assert html is not None
        assert "&lt;b&gt;" in html.get_content()
        [file] = message.iter_attachments()
        assert (file.get_filename(), file.get_content()) == ("leak.png", PNG)

        # A set of the organization comes before the settings, and may not lead into this network.
        assert (await ordered(site, "Ann", "named")).startswith("credential.unknown")
        await site.runtime.vault.add("Sales", "email", {**account, "password": "another secret of sales"})
        assert (await ordered(site, "Ann", "named")).startswith("credential.address")
        await site.runtime.database.engine.write(
            lambda connection: connection.execute(update(credentials).values(is_default=True))
        )
        site.clock.ahead_s += 3
        assert (await ordered(site, "Ann")).startswith("credential.address")
        assert len(server.taken) == 1
        kept = await everything(site)

    out, err = capsys.readouterr()
    for secret in (PASSWORD, "another secret of sales"):
        assert secret not in kept
        assert secret not in out + err
    assert "ann@example.org" not in out + err


async def test_allowed_networks_are_open_to_an_organization(database_url: str, server: MailServer) -> None:
    async with open_site(
        database_url, flows=(ORDER, NAMED), environment={}, botflow_webhook_networks="127.0.0.0/8"
    ) as site:
        assert (await ordered(site, "Ann")).startswith("email.not_configured")
        account = server.settings(host="127.0.0.1", user=USER)
        await site.runtime.vault.add("Sales", "email", {**account, "password": PASSWORD})
        assert await ordered(site, "Ann", "named") == "sent to ann@example.org"


async def everything(site: Site) -> str:
    """Return what the database has of answers of the world and of messages."""
    found: Any = await site.runtime.database.engine.read(
        lambda connection: [
            *connection.execute(select(answers)).all(),
            *connection.execute(select(outbounds)).all(),
        ]
    )
    return repr(found)
