"""A local SMTP server that speaks the real protocol (aiosmtpd): login, STARTTLS, TLS, and the troubles of real ones."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from warnings import catch_warnings, simplefilter

import trustme
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

USER, PASSWORD = "luigi", "correct-horse-battery-staple"


@dataclass(frozen=True)
class Taken:
    """An e-mail that the server has taken."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes

    @property
    def message(self) -> EmailMessage:
        return message_from_bytes(self.content, policy=policy.default)

    @property
    def head(self) -> str:
        return self.content.partition(b"\r\n\r\n")[0].decode()


@dataclass
class MailServer:
    """What a test tells the server, and what it has taken. `refusals` are answers to recipients by address;
    `data_answers` those to the next e-mails; "drop" closes the connection after the e-mail was taken.
    `on_taken` is called before the answer to an e-mail leaves."""

    port: int = 0
    taken: list[Taken] = field(default_factory=list)
    refusals: dict[str, str] = field(default_factory=dict)
    data_answers: list[str] = field(default_factory=list)
    connections: int = 0
    on_taken: Callable[[], None] = lambda: None

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.refusals:
            return self.refusals[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        answer = self.data_answers.pop(0) if self.data_answers else "250 2.0.0 OK"
        if answer == "hang":
            await asyncio.sleep(60)
        if answer.startswith("250") or answer == "drop":
            assert isinstance(envelope.content, bytes)
            self.taken.append(Taken(str(envelope.mail_from), tuple(envelope.rcpt_tos), envelope.content))
            self.on_taken()
        if answer == "drop":
            assert isinstance(server.transport, asyncio.Transport)
            server.transport.abort()
        return answer

    def settings(self, **more: str) -> dict[str, str]:
        """Return the fields of an account at this server."""
        return {
            "host": "localhost",
            "port": str(self.port),
            "sender": "Luigi's <orders@luigis.example.org>",
            "security": "none",
            **more,
        }


def _login(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
    is_right = (data.login, data.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=is_right, handled=False)


def certificates(folder: Path) -> tuple[ssl.SSLContext, Path]:
    """Make an authority and a certificate of localhost; return the server's context and the authority's file."""
    authority = trustme.CA()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost").configure_cert(context)
    path = folder / "authority.pem"
    authority.cert_pem.write_to_path(str(path))
    return context, path


@asynccontextmanager
async def mail_server(
    *, tls: ssl.SSLContext | None = None, starttls: ssl.SSLContext | None = None, login: bool = False, **options: Any
) -> AsyncIterator[MailServer]:
    """Run a server on loopback in this event loop."""
    told = MailServer()
    auth: Mapping[str, Any] = (
        {"authenticator": _login, "auth_required": True, "auth_require_tls": starttls is not None} if login else {}
    )

    def protocol() -> SMTP:
        told.connections += 1
        with catch_warnings():
            simplefilter("ignore")  # it warns of a login without TLS, and of its own age
            return SMTP(told, enable_SMTPUTF8=True, tls_context=starttls, hostname="mail", **auth, **options)

    server = await asyncio.get_running_loop().create_server(protocol, "127.0.0.1", 0, ssl=tls)
    told.port = server.sockets[0].getsockname()[1]
    try:
        yield told
    finally:
        server.close()
        await server.wait_closed()
