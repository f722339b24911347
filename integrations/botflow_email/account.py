"""The SMTP account that an e-mail is sent by: what the credential's fields or the settings say, checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from botflow.engine.node_type import ActionContext
from botflow_email.errors import EmailFailure
from botflow_email.mailboxes import Mailbox, mailbox

PORTS = {"starttls": 587, "tls": 465, "none": 25}


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Where to send by, and from whom."""

    host: str
    port: int
    user: str
    password: str
    security: str
    sender: Mailbox

    def __repr__(self) -> str:
        return f"Account({self.host}:{self.port})"


def account_of(context: ActionContext) -> Account:
    """Return the account of an action; EmailFailure `email.not_configured` when there is none."""
    fields: Mapping[str, str] = context.credential
    if not fields.get("host") or not fields.get("sender"):
        raise EmailFailure(
            "no SMTP server or no sender is configured",
            code="email.not_configured",
            hint="store a credential of the module email, or set EMAIL_HOST and EMAIL_SENDER",
        )
    security = fields.get("security") or "starttls"
    port = int(float(fields.get("port") or PORTS[security]))
    if not 0 < port < 65_536:
        raise EmailFailure(f"there is no port {port}", code="email.not_configured")
    return Account(
        host=fields["host"],
        port=port,
        user=fields.get("user", ""),
        password=fields.get("password", ""),
        security=security,
        sender=mailbox(fields["sender"], "the sender"),
    )
