"""E-mails handed to a real SMTP server: what it takes, what it refuses, and what is not known."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import botflow_email.smtp
import pytest
from botflow_email.errors import PASSING

from botflow.errors import ProviderError
from tests.email.sending import send
from tests.stand_ins.smtp import PASSWORD, USER, MailServer, certificates, mail_server


@pytest.fixture
async def server() -> AsyncIterator[MailServer]:
    async with mail_server() as opened:
        yield opened


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, Path]:
    return certificates(tmp_path_factory.mktemp("authority"))


async def code_of(account: dict[str, str], **more: Any) -> str:
    with pytest.raises(ProviderError) as failed:
        await send(account, **more)
    assert PASSWORD not in str(failed.value)
    assert "@" not in str(failed.value)
    return failed.value.code


async def test_an_e_mail_arrives_as_it_was_written(server: MailServer) -> None:
    sent = await send(
        server.settings(),
        to=["Ann <ann@example.org>"],
        cc=["bo@example.org"],
        bcc=["cy@example.org"],
        replyTo=["help@example.org"],
        subject="Größe 42",
        text="Thank you!",
        html="<p>Thank <b>you</b>!</p>",
        priority="high",
    )

    [taken] = server.taken
    message = taken.message
    assert taken.sender == "orders@luigis.example.org"
    assert taken.recipients == ("ann@example.org", "bo@example.org", "cy@example.org")
    assert (message["From"], message["To"]) == ("Luigi's <orders@luigis.example.org>", "Ann <ann@example.org>")
    assert (message["Cc"], message["Reply-To"], message["Bcc"]) == ("bo@example.org", "help@example.org", None)
    assert b"cy@example.org" not in taken.content
    assert (message["Subject"], message["Importance"]) == ("Größe 42", "high")
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    assert sent == {"messageId": message["Message-ID"], "accepted": list(taken.recipients), "rejected": []}


async def test_the_message_id_is_that_of_the_visit(server: MailServer) -> None:
    first, again, other = [(await send(server.settings(), key=key))["messageId"] for key in ("1", "1", "2")]

    assert first == again != other


async def test_a_refused_receiver_is_told_and_the_others_get_it(server: MailServer) -> None:
    server.refusals["gone@example.org"] = "550 5.1.1 no such user gone@example.org"

    sent = await send(server.settings(), to=["ann@example.org", "gone@example.org"])

    assert sent["accepted"] == ["ann@example.org"]
    assert sent["rejected"] == [{"address": "gone@example.org", "code": 550, "status": "5.1.1"}]
    assert await code_of(server.settings(), to=["gone@example.org"]) == "email.refused_recipient"
    server.refusals["gone@example.org"] = "450 4.2.1 later"
    assert await code_of(server.settings(), to=["gone@example.org"]) == "email.temporary"
    assert len(server.taken) == 1


async def test_what_is_refused_for_now_may_be_tried_again(server: MailServer) -> None:
    server.data_answers = ["451 4.3.0 try later", "554 5.7.1 spam"]

    assert await code_of(server.settings()) == "email.temporary"
    assert await code_of(server.settings()) == "email.refused"
    assert (await send(server.settings()))["accepted"] == ["ann@example.org"]
    assert "email.temporary" in PASSING
    assert "email.refused" not in PASSING


async def test_a_connection_that_breaks_at_the_end_leaves_it_unknown(
    server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.data_answers = ["drop", "what?", "hang"]

    assert await code_of(server.settings()) == "email.unknown"
    assert len(server.taken) == 1
    assert await code_of(server.settings()) == "email.unknown"
    monkeypatch.setattr(botflow_email.smtp, "DATA_S", 0.3)
    assert await code_of(server.settings()) == "email.unknown"
    assert "email.unknown" not in PASSING


async def test_starttls_and_tls_check_the_certificate_and_protect_the_login(
    tls: tuple[ssl.SSLContext, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    context, authority = tls
    login = {"user": USER, "password": PASSWORD}
    async with mail_server(starttls=context, login=True) as starttls, mail_server(tls=context) as whole:
        assert await code_of(starttls.settings(security="starttls", **login)) == "email.security"
        assert await code_of(whole.settings(security="tls")) == "email.security"

        monkeypatch.setenv("SSL_CERT_FILE", str(authority))
        await send(starttls.settings(security="starttls", **login))
        await send(whole.settings(security="tls"))
        assert await code_of(whole.settings(security="tls", host="127.0.0.1")) == "email.security"
        wrong = {**login, "password": "wrong"}
        assert await code_of(starttls.settings(security="starttls", **wrong)) == "email.auth"
        assert await code_of(starttls.settings(security="starttls")) == "email.refused"

    assert [len(starttls.taken), len(whole.taken)] == [1, 1]


async def test_a_server_without_starttls_gets_neither_password_nor_e_mail(server: MailServer) -> None:
    login = {"user": USER, "password": PASSWORD}

    assert await code_of(server.settings(security="starttls", **login)) == "email.security"
    assert server.taken == []


async def test_a_server_that_is_not_there_or_silent(server: MailServer, monkeypatch: pytest.MonkeyPatch) -> None:
    assert await code_of(server.settings(port="1")) == "email.unreachable"
    monkeypatch.setattr(botflow_email.smtp, "CONNECT_S", 0.3)
    async with mail_server() as silent:
        assert await code_of(silent.settings(security="tls")) in ("email.timeout", "email.security")
    assert await code_of({}) == "email.not_configured"


async def test_a_server_in_a_private_network_is_for_operators_only(server: MailServer) -> None:
    account = server.settings()

    for host in ("localhost", "127.0.0.1", "::1", "10.0.0.1", "169.254.169.254", "2130706433", "::ffff:127.0.0.1"):
        assert await code_of({**account, "host": host}, networks=(), named="Sales") == "credential.address", host
        assert (
            await code_of({**account, "host": host, "security": "tls"}, networks=(), named="Sales")
            == "credential.address"
        )
    assert server.connections == 0
    await send(account, named="Sales")
    assert len(server.taken) == 1


async def test_an_e_mail_beyond_the_servers_size_is_not_sent() -> None:
    async with mail_server(data_size_limit=10_000) as server:
        assert await code_of(server.settings(), text="x" * 20_000) == "email.too_large"
        assert server.taken == []


async def test_an_address_beyond_ascii_goes_to_servers_that_take_it(server: MailServer) -> None:
    sent = await send(server.settings(), to=["jörg@exämple.org", "ann@exämple.org"])

    assert sent["accepted"] == ["jörg@xn--exmple-cua.org", "ann@xn--exmple-cua.org"]
    assert server.taken[0].recipients == tuple(sent["accepted"])
    async with mail_server() as plain:
        plain.refusals.clear()
        sent = await send(plain.settings(), to=["ann@exämple.org"])
        assert plain.taken[0].head.isascii()
