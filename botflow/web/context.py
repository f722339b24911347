"""The objects that every request needs: runtime, gate, limits. Made once by the lifespan, read from its state."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import cast

from starlette.types import Scope

from botflow.engine.inbound import CHAT
from botflow.errors import RejectedInbound
from botflow.interfaces import Channel
from botflow.records.access import Principal
from botflow.records.access import Scope as Access
from botflow.records.sessions import SessionKey, StoredSession
from botflow.runtime.app import Runtime
from botflow.runtime.turns.receive import check_token
from botflow.settings import Settings
from botflow.web.asgi import header
from botflow.web.auth.admission import Admission, KeyAdmission, VisitorAdmission
from botflow.web.auth.callers import Caller, Gate, TrustedServer, Visitor, external_id_of, require_scope
from botflow.web.auth.session_tokens import check_access
from botflow.web.auth.tickets import Tickets
from botflow.web.auth.user_tokens import UserTokens
from botflow.web.chat.file_links import FileLinks
from botflow.web.chat.stream_news import StreamNews
from botflow.web.chat.streams import Streams
from botflow.web.chat.waits import Waits
from botflow.web.problem import Refused
from botflow.web.quiet_log import QuietLog
from botflow.web.requests.addresses import FORWARDED_FOR, TrustedProxies
from botflow.web.requests.rate_limits import FAILURES_PER_ADDRESS, RateLimiter, Use
from botflow.web.requests.request_base import request_base
from botflow.web.requests.request_bodies import OpenBodies

GUESSES = frozenset(
    ("token.invalid", "token.malformed", "ticket.invalid", "ticket.used")
)  # an expired or missing token is no attempt at a key


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """The objects of one application. `providers` are the channels, by the provider name in webhook URLs."""

    runtime: Runtime
    settings: Settings
    gate: Gate
    tickets: Tickets
    users: UserTokens
    limiter: RateLimiter
    bodies: OpenBodies
    waits: Waits
    links: FileLinks
    news: StreamNews
    streams: Streams
    quiet_log: QuietLog
    proxies: TrustedProxies
    providers: Mapping[str, Channel]
    dev: bool

    def address_of(self, scope: Scope) -> str:
        """Return the caller's address, or its IPv6 network, as limits count it."""
        return self.proxies.caller(scope)

    def base_of(self, scope: Scope) -> str:
        """Return where the caller reaches this botflow, with the mount's path: the public URL, else the request's."""
        return self.runtime.callbacks.base() or request_base(scope, self.proxies)

    def warn_of_proxy(self, scope: Scope) -> None:
        """Log a forwarded header that is ignored: behind a proxy, all callers then share the limits of one address."""
        peer = scope["client"][0] if scope.get("client") else ""
        if header(scope, FORWARDED_FOR) is not None and not self.proxies.trusts(peer):
            self.quiet_log.warning(
                "forwarded_header_ignored", peer=peer, hint="a proxy belongs into BOTFLOW_TRUSTED_PROXIES"
            )

    async def caller(self, scope: Scope, workflow: str) -> Caller | None:
        """Return the caller, None without credentials; RejectedInbound when the credentials are wrong."""
        try:
            caller = await self.gate.caller(scope, workflow)
        except Refused as refusal:
            await self._count_failure(scope, refusal)
            raise
        if isinstance(caller, TrustedServer):
            reads = scope["method"] in ("GET", "HEAD")
            require_scope(caller.principal, Access.SESSIONS_READ if reads else Access.SESSIONS_WRITE)
            self.runtime.flows.check_owner(workflow, caller.principal.organization)
        elif caller is not None:
            self.check_visitor(caller)
        return caller

    async def stream_caller(self, scope: Scope, workflow: str, ticket: str) -> Caller | None:
        """Return who opens a stream: by a one-time `ticket`, which is used up by this, or as any other caller, if there
        is none. RejectedInbound `ticket.invalid`, `.expired`, `.other_workflow` or `.used`."""
        if not ticket:
            return await self.caller(scope, workflow)
        live = self.runtime.flows.get(workflow)
        try:
            visitor = await self.tickets.use(ticket, live, self.runtime.database.within(live.organization))
        except Refused as refusal:
            await self._count_failure(scope, refusal)
            raise
        self.check_visitor(visitor)
        return visitor

    def check_visitor(self, visitor: Visitor) -> None:
        """Refused `identity.required` or `identity.expired` for a visitor who may not chat with the workflow, or not
        any more: for each request, by whatever token or ticket it came, and while a stream is open."""
        check_access(self.runtime.flows.get(visitor.workflow).flow.chat, visitor)

    def admission_of(self, scope: Scope, caller: Caller | None, workflow: str) -> Admission:
        """Return what says of a caller who was let in whether they may read on."""
        if isinstance(caller, Visitor):
            return VisitorAdmission(caller, self._may_chat)
        return KeyAdmission(partial(self.gate.is_caller, scope, workflow))

    def _may_chat(self, visitor: Visitor) -> bool:
        try:
            self.check_visitor(visitor)
        except Refused:
            return False
        except RejectedInbound:  # the workflow is out of service: it says nothing until it is back
            return visitor.left_s > 0
        return True

    async def principal(self, scope: Scope, needed: Access) -> Principal:
        """Return who calls with an API key that may do this; RejectedInbound `token.missing`, `token.invalid`, or
        `scope.missing`."""
        try:
            principal = await self.gate.principal(scope, needed)
        except Refused as refusal:
            await self._count_failure(scope, refusal)
            raise
        return replace(principal, address=self.address_of(scope))

    async def count_forgery(self, scope: Scope, **facts: object) -> None:
        """Log a webhook that its sender did not sign; 429 when the address sends too many of them."""
        address = self.address_of(scope)
        self.quiet_log.warning("webhook_refused", **facts, path=scope["path"], address=address)
        await self.limiter.check(Use(FAILURES_PER_ADDRESS, address))

    async def _count_failure(self, scope: Scope, refusal: Refused) -> None:
        """Log wrong credentials; 429 when the address tries too many of them."""
        if refusal.code in GUESSES:
            address = self.address_of(scope)
            self.quiet_log.warning("credentials_refused", code=refusal.code, path=scope["path"], address=address)
            await self.limiter.check(Use(FAILURES_PER_ADDRESS, address))

    async def session_of(self, caller: Caller | None, named: str, workflow: str) -> StoredSession:
        """Return the session that the caller may read; RejectedInbound `session.unknown` when there is none, and
        `token.revoked` when the visitor's token was revoked."""
        live = self.runtime.flows.get(workflow)
        # By the person, not by a session number in the token: a restored database gives that number to another person.
        key = SessionKey(live.workflow, CHAT, external_id_of(caller, named, workflow))
        stored = await self.runtime.database.turns.load(key)
        if not stored.id:
            raise RejectedInbound(
                "this person has not said anything yet",
                code="session.unknown",
                hint=f"a session begins with POST /chat/{workflow}/messages",
                status=404,
            )
        if isinstance(caller, Visitor):
            check_token(stored)
        return stored


def desk_of(scope: Scope) -> Desk:
    return cast(Desk, scope["state"]["desk"])


def person_of(stored: StoredSession) -> dict[str, str]:
    """Return who has the conversation instead of the flow: the `person`, "" while it waits for one, and the address of
    their picture, if they have one; {} if the flow has it."""
    handoff = stored.session.handoff
    if handoff is None:
        return {}
    named = {"person": handoff.person}
    return {**named, "personPicture": handoff.picture} if handoff.picture else named


def conversation_status(stored: StoredSession) -> str:
    """Return a session's status: `running` (a turn is under way), `waiting` for its person, or `completed`."""
    if stored.session.handoff is not None:
        return "waiting"
    if stored.last_seq != stored.done_seq:
        return "running"
    return "waiting" if stored.session.wait is not None else "completed"
