"""Hands an e-mail over to an SMTP server. What has happened is always one of: taken, refused, not known.

The server of an organization's credential may not be in a private network, unless the operators allow it: then the
connection goes to the address that was checked, and a readable connection is possible only there.
"""

from __future__ import annotations

import asyncio
import re
import socket
import ssl
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botflow.engine.node_type import ActionContext
from botflow.outgoing_targets import Network, TargetRefused, UnknownHost, check_url, checked_addresses
from botflow_email.account import Account
from botflow_email.errors import EmailFailure

if TYPE_CHECKING:
    from aiosmtplib import SMTP

CONNECT_S = 15.0
STEP_S = 30.0  # for each answer of the server
DATA_S = 75.0  # for the answer to the whole message, which servers may examine meanwhile
CLOSE_S = 2.0
_ENHANCED = re.compile(r"([245]\.[0-9]{1,3}\.[0-9]{1,3})\b")


@dataclass(frozen=True, slots=True)
class Refused:
    """A recipient that the server did not take; `status` is its own number, such as `5.1.1`, "" without one."""

    address: str
    code: int
    status: str

    def to_json(self) -> dict[str, Any]:
        return {"address": self.address, "code": self.code, "status": self.status}


async def hand_over(
    account: Account, recipients: Sequence[str], content: bytes, *, needs_utf8: bool, context: ActionContext
) -> list[Refused]:
    """Send the e-mail once, and return the recipients that were refused, not all of them.

    EmailFailure: `email.unreachable`, `.timeout`, `.auth`, `.security`, `.temporary`, `.refused`,
    `.refused_recipient`, `.too_large`, `.utf8`; `.unknown` when the server may have it; `credential.address`.
    """
    client = await _connect(account, context)
    try:
        refused = await _announce(client, account, recipients, len(content), needs_utf8)
        await _transmit(client, content)
    finally:
        with suppress(Exception):  # what counts has been answered
            async with asyncio.timeout(CLOSE_S):
                await client.quit()
        client.close()
    return refused


async def _connect(account: Account, context: ActionContext) -> SMTP:
    from aiosmtplib import SMTP, SMTPException, SMTPResponseException

    networks = context.account_networks
    sock = None if networks is None else await _checked_socket(account, networks)
    client = SMTP(
        hostname=account.host,
        port=None if sock is not None else account.port,
        sock=sock,
        use_tls=account.security == "tls",
        start_tls=account.security == "starttls",
        timeout=CONNECT_S,
        local_hostname=account.sender.domain,  # the name of this machine is nobody's business
        tls_context=await asyncio.to_thread(ssl.create_default_context),
    )
    try:
        await client.connect()
        client.timeout = STEP_S
        if account.user:
            await _login(client, account)
    except SMTPResponseException as answer:
        client.close()
        raise _answered(answer.code, answer.message, "the connection") from None
    except TimeoutError:
        client.close()
        raise EmailFailure("the SMTP server did not answer in time", code="email.timeout", retryable=True) from None
    except (SMTPException, OSError, ValueError) as failure:
        client.close()
        raise _unconnected(failure) from None
    except BaseException:
        client.close()
        raise
    return client


async def _login(client: SMTP, account: Account) -> None:
    from aiosmtplib import SMTPAuthenticationError, SMTPException

    try:
        await client.login(account.user, account.password)
    except SMTPAuthenticationError as refused:
        if 400 <= refused.code < 500:
            raise _answered(refused.code, refused.message, "the login") from None
        raise EmailFailure(
            f"the SMTP server refuses the login ({_numbers(refused.code, refused.message)})", code="email.auth"
        ) from None
    except SMTPException as unable:
        if isinstance(unable, OSError):  # the connection is lost
            raise
        raise EmailFailure("the SMTP server offers no login that is known here", code="email.auth") from None


async def _checked_socket(account: Account, networks: Sequence[Network]) -> socket.socket:
    """Connect to an address of the server after its check; a second resolution could give another one."""
    host = f"[{account.host}]" if ":" in account.host else account.host
    scheme = "http" if account.security == "none" else "https"
    try:
        parts = check_url(f"{scheme}://{host}:{account.port}", networks)
        async with asyncio.timeout(CONNECT_S):
            for address in await checked_addresses(parts, networks):
                with suppress(OSError):
                    return await _open(address, account.port)
    except UnknownHost as unknown:
        raise EmailFailure(f"the SMTP server: {unknown}", code="email.unreachable", retryable=True) from None
    except TargetRefused as refused:
        why = "it needs TLS" if refused.code == "webhook.not_https" else str(refused)
        raise EmailFailure(
            f"the address of the SMTP server: {why}",
            code="credential.address",
            hint="operators allow private networks by BOTFLOW_WEBHOOK_NETWORKS",
        ) from None
    except TimeoutError:
        pass
    raise EmailFailure("the SMTP server cannot be reached", code="email.unreachable", retryable=True)


async def _open(address: str, port: int) -> socket.socket:
    opened = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM)
    try:
        opened.setblocking(False)
        await asyncio.get_running_loop().sock_connect(opened, (address, port))
    except BaseException:
        opened.close()
        raise
    return opened


async def _announce(
    client: SMTP, account: Account, recipients: Sequence[str], size: int, needs_utf8: bool
) -> list[Refused]:
    """Name the sender and the recipients; nothing is sent yet. Return the recipients that were refused."""
    from aiosmtplib import SMTPException, SMTPHeloError, SMTPRecipientRefused, SMTPResponseException

    try:
        if client.is_ehlo_or_helo_needed:
            with suppress(SMTPHeloError):  # then the client says HELO before it names the sender
                await client.ehlo()
        options = _options(client, size, needs_utf8)
        encoding = "utf-8" if needs_utf8 else "ascii"
        await client.mail(account.sender.address, options=options, encoding=encoding)
        refused: list[Refused] = []
        for address in recipients:
            try:
                await client.rcpt(address, encoding=encoding)
            except SMTPRecipientRefused as refusal:
                refused.append(Refused(address, refusal.code, _enhanced(refusal.message)))
    except SMTPResponseException as answer:
        raise _answered(answer.code, answer.message, "the sender") from None
    except TimeoutError:
        raise EmailFailure("the SMTP server did not answer in time", code="email.timeout", retryable=True) from None
    except (SMTPException, OSError) as failure:
        raise _unconnected(failure) from None
    if len(refused) == len(recipients):
        raise _all_refused(refused)
    return refused


def _options(client: SMTP, size: int, needs_utf8: bool) -> list[str]:
    options = []
    if client.supports_extension("size"):
        most = client.esmtp_extensions.get("size", "")
        if most.isdecimal() and 0 < int(most) < size:
            raise EmailFailure(f"the e-mail has {size} bytes, and the SMTP server takes {most}", code="email.too_large")
        options.append(f"size={size}")
    if needs_utf8:
        if not client.supports_extension("smtputf8"):
            raise EmailFailure("the SMTP server takes no address with letters beyond ASCII", code="email.utf8")
        options.append("SMTPUTF8")
    return options


async def _transmit(client: SMTP, content: bytes) -> None:
    """Send the content. Without an answer to its end it is not known whether the server has the e-mail."""
    from aiosmtplib import SMTPException, SMTPResponseException

    try:
        await client.data(content, timeout=DATA_S)
    except SMTPResponseException as answer:
        if 400 <= answer.code < 600:
            raise _answered(answer.code, answer.message, "the e-mail") from None
        raise _unknown() from None  # what it said is no answer of SMTP
    except (TimeoutError, SMTPException, OSError):
        raise _unknown() from None


def _unknown() -> EmailFailure:
    return EmailFailure(
        "the connection to the SMTP server broke before its answer: the e-mail may have been sent",
        code="email.unknown",
    )


def _all_refused(refused: Sequence[Refused]) -> EmailFailure:
    numbers = ", ".join(sorted({f"{each.code} {each.status}".strip() for each in refused})[:5])
    if any(400 <= each.code < 500 for each in refused):
        return EmailFailure(
            f"the SMTP server takes no recipient now ({numbers})", code="email.temporary", retryable=True
        )
    return EmailFailure(f"the SMTP server refuses every recipient ({numbers})", code="email.refused_recipient")


def _answered(code: int, said: str, what: str) -> EmailFailure:
    numbers = _numbers(code, said)
    if 400 <= code < 500:
        return EmailFailure(
            f"the SMTP server refuses {what} for now ({numbers})", code="email.temporary", retryable=True
        )
    return EmailFailure(f"the SMTP server refuses {what} ({numbers})", code="email.refused")


def _unconnected(failure: Exception) -> EmailFailure:
    cause: BaseException | None = failure
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            reason = getattr(cause, "verify_message", "") or cause.reason or "TLS failed"
            return EmailFailure(f"no safe connection to the SMTP server: {reason}", code="email.security")
        cause = cause.__cause__
    if "STARTTLS" in str(failure):
        return EmailFailure("the SMTP server offers no STARTTLS", code="email.security")
    return EmailFailure("the SMTP server cannot be reached", code="email.unreachable", retryable=True)


def _numbers(code: int, said: str) -> str:
    return f"{code} {_enhanced(said)}".strip()


def _enhanced(said: str) -> str:
    """Return the enhanced status code (RFC 3463) at the beginning of a server's answer."""
    found = _ENHANCED.match(said)
    return found[1] if found else ""
