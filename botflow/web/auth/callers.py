"""Callers: a visitor with a session token that we signed, or a server with an API key.

An external id is not a secret, so only a server may name one.
"""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from http import HTTPStatus

from itsdangerous import BadSignature
from starlette.requests import cookie_parser
from starlette.types import Scope as HttpScope

from botflow.errors import RejectedInbound
from botflow.keyring import Keyring
from botflow.records.access import Principal, Scope
from botflow.service.access.api_keys import PREFIX
from botflow.service.access.sign_in import csrf_token
from botflow.web.asgi import header
from botflow.web.auth.refusals import unauthorized
from botflow.web.auth.session_tokens import SessionTokens
from botflow.web.auth.session_tokens import Visitor as Visitor

BOOTSTRAP = "BOTFLOW_API_KEY"  # as the audit log names it
COOKIE = "botflow_sign_in"
ORGANIZATION = b"botflow-organization"


@dataclass(frozen=True, slots=True)
class TrustedServer:
    """A caller with an API key: it may speak for any external id of its organization."""

    principal: Principal


Caller = Visitor | TrustedServer
Recognise = Callable[[str], Awaitable[Principal | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognisers:
    """What a database knows of credentials: each returns the principal, None for what is not in force."""

    key: Recognise
    token: Recognise
    cookie: Recognise
    organization: Callable[[str], Awaitable[int | None]]


class Gate:
    """Signs session tokens, and identifies the caller of a request."""

    def __init__(self, keyring: Keyring, api_key: str | None, home: int, recognise: Recognisers) -> None:
        """`api_key` is BOTFLOW_API_KEY, which may do everything in the organization `home`."""
        self._tokens = SessionTokens(keyring)
        self._api_key = _bytes(api_key) if api_key else None
        self._bootstrap = TrustedServer(Principal(organization=home, actor=BOOTSTRAP, scopes=frozenset(Scope)))
        self._recognise = recognise

    def sign(self, visitor: Visitor) -> str:
        """Return a token that identifies `visitor`."""
        return self._tokens.sign(visitor)

    async def caller(self, scope: HttpScope, workflow: str) -> Caller | None:
        """Return the caller, None without credentials; RejectedInbound when the credentials are wrong."""
        given = header(scope, b"authorization")
        if given is None:
            return None
        scheme, _, credential = given.partition(" ")
        credential = credential.strip()
        if scheme.lower() != "bearer" or not credential:
            raise unauthorized("token.malformed", "the Authorization header is not Bearer <token>")
        if self._api_key is not None and hmac.compare_digest(_bytes(credential), self._api_key):
            return self._bootstrap
        if credential.startswith(PREFIX):
            return await self._trusted(credential)
        visitor = self.visitor(credential)
        if visitor.workflow != workflow:
            raise RejectedInbound(
                "this session token belongs to another workflow",
                code="token.other_workflow",
                hint=f"open a session with POST /chat/{workflow}/sessions",
                status=HTTPStatus.FORBIDDEN,
            )
        return visitor

    async def principal(self, scope: HttpScope, needed: Scope) -> Principal:
        """Return who calls with an API key; RejectedInbound `token.missing`, `token.invalid`, or `scope.missing` (403)
        when its key may not do this."""
        principal = await self._of_token(scope) or await self._of_cookie(scope) or await self._of_key(scope)
        require_scope(principal, needed)
        return await self._elsewhere(principal, header(scope, ORGANIZATION))

    async def is_caller(self, scope: HttpScope, workflow: str) -> bool:
        """Whether the credentials of a chat request that was let in are still in force."""
        try:
            return await self.caller(scope, workflow) is not None
        except RejectedInbound:
            return False

    async def _of_key(self, scope: HttpScope) -> Principal:
        caller = await self.caller(scope, "")
        if not isinstance(caller, TrustedServer):
            known = "send it as Authorization: Bearer <key>; botflow keys create makes one"
            unset = "set BOTFLOW_API_KEY for the server, and send it as Authorization: Bearer <key>"
            raise unauthorized("token.missing", "this needs an API key", unset if self._api_key is None else known)
        return caller.principal

    async def _of_token(self, scope: HttpScope) -> Principal | None:
        """Return whom an application's token vouches for, if the request has one: JSON Web Tokens begin so."""
        given = header(scope, b"authorization") or ""
        if not given[:10].lower().startswith("bearer eyj"):
            return None
        principal = await self._recognise.token(given[7:].strip())
        if principal is None:
            raise unauthorized(
                "token.invalid",
                "no key that is trusted here has signed this token, or it has expired",
                "sign it with a trusted key",
            )
        return principal

    async def _of_cookie(self, scope: HttpScope) -> Principal | None:
        """Return who is signed in, if the request has a browser's cookie and nothing stronger.

        RejectedInbound `csrf.missing` (403) for a change that a page of another site may have sent.
        """
        cookie = cookie_of(scope)
        if cookie is None or header(scope, b"authorization") is not None:
            return None
        principal = await self._recognise.cookie(cookie)
        if principal is None:
            raise unauthorized("token.expired", "you are not signed in any more", "sign in again")
        if scope["method"] not in ("GET", "HEAD"):
            check_csrf(scope, cookie)
        return principal

    async def _elsewhere(self, principal: Principal, slug: str | None) -> Principal:
        """Return the principal in the organization that the request names: only who may make them may choose."""
        if slug is None:
            return principal
        require_scope(principal, Scope.ORGANIZATIONS_WRITE)
        organization = await self._recognise.organization(slug)
        if organization is None:
            raise RejectedInbound(
                f"there is no organization {slug[:64]!r}",
                code="organization.unknown",
                hint="list them with GET /api/v1/organizations",
                status=HTTPStatus.NOT_FOUND,
            )
        return replace(principal, organization=organization)

    async def _trusted(self, key: str) -> TrustedServer:
        principal = await self._recognise.key(key)
        if principal is None:
            raise unauthorized(
                "token.invalid", "this API key is unknown, revoked or expired", "list them with: botflow keys"
            )
        return TrustedServer(principal)

    def visitor(self, token: str) -> Visitor:
        """Return whom a session token identifies; Refused `token.invalid`, `token.expired` or `identity.expired`."""
        try:
            return self._tokens.read(token)
        except BadSignature:
            raise unauthorized(
                "token.invalid",
                "this is neither a session token nor the API key",
                "open a new session, or compare the key with BOTFLOW_API_KEY"
                if self._api_key is not None
                else "open a new session; there is no API key, as BOTFLOW_API_KEY is not set here",
            ) from None


def require_scope(principal: Principal, needed: Scope) -> None:
    """RejectedInbound `scope.missing` (403) when this principal may not do it."""
    if not principal.may(needed):
        raise RejectedInbound(
            f"this API key lacks the scope {needed}",
            code="scope.missing",
            hint=f"it has {', '.join(sorted(principal.scopes)) or 'none'}",
            status=HTTPStatus.FORBIDDEN,
        )


def cookie_of(scope: HttpScope) -> str | None:
    """Return what a signed-in browser sends, None without it."""
    value = cookie_parser(header(scope, b"cookie") or "").get(COOKIE)
    return value or None


def check_csrf(scope: HttpScope, cookie: str) -> None:
    """RejectedInbound `csrf.missing` (403) without the token that was given to the page at sign-in."""
    given = header(scope, b"x-csrf-token") or ""
    if not hmac.compare_digest(_bytes(given), _bytes(csrf_token(cookie))):
        raise RejectedInbound(
            "a change from a browser needs the token of its sign-in",
            code="csrf.missing",
            hint="send the csrfToken of the sign-in as X-CSRF-Token",
            status=HTTPStatus.FORBIDDEN,
        )


def required(caller: Caller | None, workflow: str) -> Caller:
    """Return the caller; RejectedInbound `token.missing` when there is none."""
    if caller is None:
        raise unauthorized(
            "token.missing",
            "this needs a session token",
            f"get one from POST /chat/{workflow}/sessions, and send it as Authorization: Bearer <token>",
        )
    return caller


def external_id_of(caller: Caller | None, named: str, workflow: str) -> str:
    """Return the external id of the caller's person. `named` is the one in the request, "" when it names none."""
    if isinstance(caller, TrustedServer):
        if not named:
            raise RejectedInbound(
                "with the API key, the request must name the person it is about",
                code="external_id.missing",
                hint='add "externalId"',
                status=HTTPStatus.UNPROCESSABLE_ENTITY,
            )
        return named
    if named:
        raise external_id_refused()
    visitor = required(caller, workflow)
    assert isinstance(visitor, Visitor)
    return visitor.external_id


def external_id_refused() -> RejectedInbound:
    return RejectedInbound(
        "only a server with the API key may name an externalId",
        code="external_id.refused",
        hint="an external id is no secret: leave it out, and send the session token",
        status=HTTPStatus.FORBIDDEN,
    )


def _bytes(secret: str) -> bytes:
    return secret.encode("utf-8", "surrogateescape")
