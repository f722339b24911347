"""The e-mail itself (RFC 5322): headers that no value can break out of, text and HTML, attachments.

The Message-ID is made from the key of the node's visit. It is the same whenever the visit is tried again, so a receiver
can drop an e-mail that was sent twice.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime

from botflow.outgoing_files import WebFile
from botflow_email.html_text import text_of
from botflow_email.mailboxes import Mailbox

PRIORITIES = {"high": ("1 (Highest)", "high", "urgent"), "low": ("5 (Lowest)", "low", "non-urgent")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Email:
    """What is sent. `bcc` stands in no header."""

    sender: Mailbox
    to: Sequence[Mailbox]
    cc: Sequence[Mailbox] = ()
    bcc: Sequence[Mailbox] = ()
    reply_to: Sequence[Mailbox] = ()
    subject: str = ""
    text: str = ""
    html: str = ""
    priority: str = "normal"
    attachments: Sequence[WebFile] = ()
    message_id: str = ""
    sent_at: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def recipients(self) -> list[str]:
        """Every recipient once."""
        return list(dict.fromkeys(each.address for each in (*self.to, *self.cc, *self.bcc)))

    @property
    def needs_utf8(self) -> bool:
        """Say whether only a server with SMTPUTF8 takes its addresses."""
        return not all(each.is_ascii for each in (self.sender, *self.to, *self.cc, *self.bcc, *self.reply_to))

    def content(self) -> bytes:
        """Return the e-mail as it is sent."""
        rules = policy.SMTPUTF8 if self.needs_utf8 else policy.SMTP
        message = EmailMessage(policy=rules)
        message["From"] = _header(self.sender)
        for name, people in (("To", self.to), ("Cc", self.cc), ("Reply-To", self.reply_to)):
            if people:
                message[name] = [_header(each) for each in people]
        message["Subject"] = self.subject
        message["Date"] = format_datetime(self.sent_at)
        message["Message-ID"] = self.message_id
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: absence notes do not answer it
        if self.priority in PRIORITIES:
            message["X-Priority"], message["Importance"], message["Priority"] = PRIORITIES[self.priority]
        message.set_content(_encodable(self.text or text_of(self.html)), cte="quoted-printable")
        if self.html:
            message.add_alternative(_encodable(self.html), subtype="html", cte="quoted-printable")
        for file in self.attachments:
            kind, _, subkind = file.content_type.partition("/")
            charset = {"charset": "utf-8"} if kind == "text" and _is_utf8(file.content) else None
            message.add_attachment(file.content, maintype=kind, subtype=subkind, filename=file.name, params=charset)
        return message.as_bytes()


def message_id(key: str, sender: Mailbox) -> str:
    """Return the Message-ID for the key of a visit."""
    return f"<{hashlib.sha256(key.encode()).hexdigest()[:40]}@{sender.domain}>"


def _header(mailbox: Mailbox) -> Address:
    return Address(mailbox.name, mailbox.local, mailbox.domain)


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True


def _encodable(text: str) -> str:
    return text.encode("utf-8", "replace").decode()
