"""Tokens of applications that embed botflow: JSON Web Tokens (RFC 7519) in which the application vouches for a person
of its own. botflow keeps the public key that verifies them, and the highest role that they may claim.

A token's header names its key by `kid`; it claims `sub` (the person), `iat`, `exp` (at most a day later), and maybe
`role`. One that claims an audience (`aud`) is for botflow only if it names `botflow` or BOTFLOW_PUBLIC_URL.
"""

from __future__ import annotations

import secrets
import warnings
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, Field
from sqlalchemy import Connection

from botflow.errors import RejectedInbound, UsageError
from botflow.records.access import SCOPES_OF, Principal, Role
from botflow.runtime.app import Runtime
from botflow.service.cursors import PAGE, page_of, read_cursor
from botflow.service.models import Body, Page, Shown, printable_name
from botflow.storage.service.access import token_keys
from botflow.storage.service.access.token_keys import TokenKeyRow
from botflow.storage.service.audit_log import record_change

if TYPE_CHECKING:
    from joserfc.jwk import ECKey, RSAKey

Algorithm = Literal["ES256", "RS256"]
LONGEST_KEY = 10_000
LONGEST_SUBJECT = 200
CLOCKS_DIFFER_S = 60
LONGEST_LIFE_S = 24 * 3600  # of a token: it cannot be revoked by itself
SMALLEST_RSA_BITS = 2_048  # RFC 7518, 3.3
AUDIENCE = "botflow"
_SORT = "-createdAt"


class NewTokenKey(Body):
    """A public key to trust, as PEM, and the highest role that its tokens may claim."""

    example = '{"name": "Intranet", "algorithm": "ES256", "publicKey": "-----BEGIN PUBLIC KEY-----", "role": "editor"}'

    name: Annotated[str, Field(max_length=100), AfterValidator(printable_name)]
    algorithm: Algorithm
    public_key: Annotated[str, Field(max_length=LONGEST_KEY)]
    role: Annotated[Role, Field(strict=False)]


class TokenKey(Shown):
    """A trusted key. A token's header names it as `kid`."""

    id: str
    name: str
    algorithm: Algorithm
    role: Role
    public_key: str
    created_at: datetime
    revoked_at: datetime | None


class TokenKeys:
    """The keys of applications that the caller's organization trusts."""

    def __init__(self, runtime: Runtime, caller: Principal) -> None:
        self._engine = runtime.database.within(caller.organization)
        self._caller = caller

    async def get_token_keys(self, *, cursor: str | None = None, limit: int = PAGE) -> Page[TokenKey]:
        """Return a page of keys, the newest first, revoked ones too."""
        after = read_cursor(cursor, _SORT, (datetime, str))
        found = await self._engine.read(token_keys.list_token_keys, self._caller.organization, after, limit)
        return page_of(found, limit, _SORT, lambda row: (row.created_at, row.id), _shown)

    async def create_token_key(self, new: NewTokenKey) -> TokenKey:
        """Trust a key. RejectedInbound `token_key.invalid` (422) for what is no public key of the algorithm, and
        `token_key.more_than_yours` (403) for a role that may do more than you."""
        if more := sorted(SCOPES_OF[new.role] - self._caller.scopes):
            raise RejectedInbound(
                f"you may not trust tokens with the role {new.role}, which may do more than you: {', '.join(more)}",
                code="token_key.more_than_yours",
                hint="choose a smaller role, or ask an owner to trust the key",
                status=403,
            )
        try:
            public = _imported(new.public_key, new.algorithm)
        except ValueError:
            raise RejectedInbound(
                f"publicKey is no public key for {new.algorithm}",
                code="token_key.invalid",
                hint=f"send it as PEM: -----BEGIN PUBLIC KEY-----...; RSA has at least {SMALLEST_RSA_BITS} bits",
                status=422,
            ) from None
        pem = public.as_pem(private=False).decode()
        return _shown(await self._engine.write(self._create, new, pem))

    async def revoke_token_key(self, id: str) -> TokenKey:
        """Trust a key no longer: its tokens are refused from now on. RejectedInbound `token_key.unknown`."""
        found = await self._engine.write(self._revoke, id) if id.isprintable() else None
        if found is None:
            raise RejectedInbound(
                f"there is no token key {id[:40]!r}",
                code="token_key.unknown",
                hint="list them with GET /api/v1/token-keys",
                status=404,
            )
        return _shown(found)

    def _create(self, connection: Connection, new: NewTokenKey, pem: str) -> TokenKeyRow:
        made = token_keys.add_token_key(
            connection,
            self._caller.organization,
            secrets.token_hex(8),
            name=new.name,
            algorithm=new.algorithm,
            role=new.role,
            public_key=pem,
        )
        after = {"name": made.name, "algorithm": made.algorithm, "role": made.role}
        record_change(connection, self._caller, "token_key.created", f"token_key:{made.id}", after=after)
        return made

    def _revoke(self, connection: Connection, id: str) -> TokenKeyRow | None:
        organization = self._caller.organization
        if token_keys.revoke_token_key(connection, organization, id):
            record_change(connection, self._caller, "token_key.revoked", f"token_key:{id}")
        return token_keys.get_token_key(connection, organization, id)


class TokenReader:
    """Verifies tokens."""

    def __init__(self, runtime: Runtime) -> None:
        self._every_organization = runtime.database.engine
        self._names = {AUDIENCE, (runtime.settings.botflow_public_url or AUDIENCE).rstrip("/")}

    async def principal(self, token: str) -> Principal | None:
        """Return whom a token vouches for; None for one that no trusted key has signed, or that has expired."""
        from joserfc import jws, jwt
        from joserfc.errors import JoseError

        try:
            kid = jws.extract_compact(token.encode()).headers().get("kid")
            if not isinstance(kid, str) or not kid.isascii() or not kid.isalnum():
                return None
            row = await self._every_organization.read(token_keys.find_token_key, kid)
            if row is None or row.revoked_at is not None:
                return None
            decoded = jwt.decode(token, _imported(row.public_key, row.algorithm), algorithms=[row.algorithm])
            claims = jwt.JWTClaimsRegistry(
                leeway=CLOCKS_DIFFER_S, sub={"essential": True}, exp={"essential": True}, iat={"essential": True}
            )
            claims.validate(decoded.claims)
        except (JoseError, ValueError):
            return None
        return _principal(row, decoded.claims) if self._is_for_us(decoded.claims) else None

    def _is_for_us(self, claims: dict[str, Any]) -> bool:
        """A token for another service must not open this one (RFC 7519, 4.1.3)."""
        named = claims.get("aud", AUDIENCE)
        audiences = named if isinstance(named, list) else [named]
        return any(isinstance(each, str) and each.rstrip("/") in self._names for each in audiences)


def _principal(row: TokenKeyRow, claims: dict[str, Any]) -> Principal | None:
    subject, claimed = claims["sub"], claims.get("role", row.role)
    if claims["exp"] - claims["iat"] > LONGEST_LIFE_S:
        return None
    if not isinstance(subject, str) or not 0 < len(subject) <= LONGEST_SUBJECT or not subject.isprintable():
        return None
    if not isinstance(claimed, str) or claimed not in set(Role):
        return None
    scopes = SCOPES_OF[Role(claimed)] & SCOPES_OF[row.role]
    return Principal(organization=row.organization, actor=f"token:{row.name}:{subject}", scopes=scopes)


def _imported(pem: str, algorithm: str) -> ECKey | RSAKey:
    """Return a public key; ValueError for what is none of this algorithm."""
    try:
        from joserfc.errors import JoseError, SecurityWarning
        from joserfc.jwk import ECKey, RSAKey
    except ImportError:
        raise UsageError(
            "tokens cannot be verified here: a package is missing",
            code="service.not_installed",
            hint="pip install 'botflow[service]'",
        ) from None
    kinds: dict[str, type[ECKey | RSAKey]] = {"ES256": ECKey, "RS256": RSAKey}
    try:
        with warnings.catch_warnings(action="ignore", category=SecurityWarning):  # short keys are refused below
            key: ECKey | RSAKey = kinds[algorithm].import_key(pem)
    except JoseError as failure:
        raise ValueError(str(failure)) from None
    if key.is_private:
        raise ValueError("a private key belongs nowhere but to the application")
    if isinstance(key, RSAKey) and key.raw_value.key_size < SMALLEST_RSA_BITS:
        raise ValueError("a short key can be factored")
    if isinstance(key, ECKey) and key.curve_name != "P-256":
        raise ValueError("ES256 is for keys on P-256")  # RFC 7518, 3.4: none of its tokens would be right
    return key


def _shown(row: TokenKeyRow) -> TokenKey:
    return TokenKey.model_validate({name: getattr(row, name) for name in TokenKey.model_fields})
