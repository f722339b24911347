"""Tickets: each opens one stream of one person, within a minute, for clients that can send no header. A browser's
EventSource and WebSocket are such clients; a session token in a URL would be in logs and histories for ninety days.

A ticket is signed, not stored. That it was used is noted among the requests that are carried out once, so a ticket
opens one stream however many processes there are.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from itsdangerous import BadSignature, URLSafeTimedSerializer

from botflow.keyring import Keyring
from botflow.runtime.served_flows import LiveFlow
from botflow.storage.engines.engine import Engine
from botflow.storage.service import idempotency
from botflow.web.auth.refusals import unauthorized
from botflow.web.auth.session_tokens import Visitor
from botflow.web.problem import Refused

LIFETIME_S = 60
LONGEST = 4_000  # characters: a signed user may have a long name


@dataclass(frozen=True, slots=True)
class Ticket:
    text: str
    expires_at: datetime


class Tickets:
    """Makes tickets, and lets each be used once."""

    def __init__(self, keyring: Keyring) -> None:
        self._signed = URLSafeTimedSerializer(
            keyring.all("session tokens")[::-1],  # the newest last
            salt="botflow.ticket",  # what makes a session token no ticket, and a ticket no token
            signer_kwargs={"key_derivation": "hmac", "digest_method": hashlib.sha256},
        )

    def sign(self, visitor: Visitor) -> Ticket:
        """Return a ticket for a stream of `visitor`."""
        text = self._signed.dumps(
            [visitor.workflow, visitor.external_id, visitor.expires_at, visitor.vouched_by, secrets.token_urlsafe(12)]
        )
        return Ticket(str(text), datetime.now(UTC) + timedelta(seconds=LIFETIME_S))

    async def use(self, text: str, live: LiveFlow, engine: Engine) -> Visitor:
        """Return whose stream the ticket opens, and use it up; Refused (401) `ticket.invalid`, `.expired`,
        `.other_workflow` or `.used`."""
        visitor, number = self._read(text)
        if visitor.workflow != live.slug:
            raise _refused("ticket.other_workflow", "this ticket belongs to another workflow")
        if await engine.write(idempotency.begin, live.organization, f"ticket:{number}", b"") is not None:
            raise _refused("ticket.used", "this ticket has opened a stream already")
        return visitor

    def _read(self, text: str) -> tuple[Visitor, str]:
        try:
            if len(text) > LONGEST:
                raise BadSignature("too long")
            (workflow, external_id, expires_at, vouched_by, number), signed_at = self._signed.loads(
                text, return_timestamp=True
            )
        except BadSignature:
            raise _refused("ticket.invalid", "this is no ticket of this server") from None
        if abs(time.time() - signed_at.timestamp()) > LIFETIME_S:  # also one of a server whose clock is ahead
            raise _refused("ticket.expired", f"this ticket is older than {LIFETIME_S} seconds")
        return Visitor(workflow, external_id, expires_at, vouched_by), number


def _refused(code: str, message: str) -> Refused:
    return unauthorized(code, message, "get a new ticket for each stream, from /tickets of the same workflow")
