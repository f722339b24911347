"""Tokens of a site's users: JSON Web Tokens (RFC 7519, 8725) in which the site says who chats.

A key decides the algorithm, never the token; a token's `kid` only chooses among the workflow's keys. It claims `sub`
(the person), `exp` (at most a day ahead), and maybe `iat`, `nbf`, `aud`, `name`, `language` and `fields`. No refusal
repeats anything of a token.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botflow.errors import FlowError, RejectedInbound, UsageError
from botflow.flow.contact_fields import ContactField, stored_value
from botflow.interfaces.chat_users import CHAT_USERS, SECRET
from botflow.records.sessions import VISITOR
from botflow.runtime.served_flows import LiveFlow
from botflow.runtime.vault import Vault
from botflow.web.auth.refusals import unauthorized
from botflow.web.problem import Refused
from botflow.web.quiet_log import QuietLog

if TYPE_CHECKING:
    from joserfc.jwk import ECKey, OctKey

LONGEST_SUBJECT = 200
CLOCKS_DIFFER_S = 60
LONGEST_LIFE_S = 24 * 3600
AUDIENCE = "botflow"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedUser:
    """A person for whom a site vouches until `expires_at`. `credential` has the key, `values` are fields of the contact
    as they are stored."""

    subject: str
    expires_at: float
    credential: str
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class UserKey:
    """A key that signs users of a workflow, from a set of the module `chat_users`."""

    credential: str
    algorithm: str
    key: str
    id: str


class UserTokens:
    """Reads tokens of users. `public_url` is that of this botflow, which a token's audience may name."""

    def __init__(self, vault: Vault, quiet_log: QuietLog, public_url: str | None) -> None:
        self._vault = vault
        self._quiet_log = quiet_log
        self._public_url = (public_url or "").rstrip("/")

    async def read(self, live: LiveFlow, token: str) -> SignedUser:
        """Return whom a token vouches for. Refused `identity.invalid` and `identity.expired` (401); RejectedInbound
        `identity.off`, `identity.field` (422), `identity.unavailable` (503)."""
        keys = await self._keys(live)
        key, claims = verified(token, keys)
        _check_times(claims)
        self._check_audience(claims, live.slug)
        return SignedUser(
            subject=_subject(claims),
            expires_at=float(claims["exp"]),
            credential=key.credential,
            values=_values(claims, live.flow.contact_fields),
        )

    async def _keys(self, live: LiveFlow) -> list[UserKey]:
        """Return the keys of the workflow that can be read; a set that cannot is told to the log."""
        identity = live.flow.chat.identity
        if identity is None:
            raise RejectedInbound(
                "this workflow has no users of a site",
                code="identity.off",
                hint="leave identity out, or name who signs users: chat: {identity: {credentials: [...]}}",
                status=422,
            )
        keys = []
        for name in identity.credentials:
            try:
                fields = await self._vault.fields(live.organization, "", name)
                if fields.module != CHAT_USERS.id:
                    raise UsageError(f"{name!r} is no set of {CHAT_USERS.id}", code="credential.unknown")
                keys.append(
                    UserKey(
                        credential=name, algorithm=fields["algorithm"], key=fields["key"], id=fields.get("keyId", "")
                    )
                )
            except UsageError as failure:
                self._quiet_log.warning(
                    "chat_users_key_unusable", workflow=live.slug, credential=name, code=failure.code
                )
        if not keys:
            raise RejectedInbound(
                "users cannot sign in at the moment: none of the workflow's keys can be read",
                code="identity.unavailable",
                hint=f"its operator adds or activates one: botflow credentials, module {CHAT_USERS.id}",
                status=503,
            )
        return keys

    def _check_audience(self, claims: Mapping[str, Any], slug: str) -> None:
        """A token for another service must not open this one (RFC 7519, 4.1.3)."""
        if "aud" not in claims:
            return
        named = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
        ours = {AUDIENCE, slug}
        if self._public_url:
            ours |= {self._public_url, f"{self._public_url}/chat/{slug}"}
        if not any(isinstance(each, str) and each.rstrip("/") in ours for each in named):
            raise _invalid("it is for another service", f"leave aud out, or let it be {AUDIENCE!r} or the workflow")


def verified(token: str, keys: Sequence[UserKey]) -> tuple[UserKey, Mapping[str, Any]]:
    """Return the key that has signed a token, and its claims; Refused `identity.invalid`."""
    from joserfc import jws, jwt
    from joserfc.errors import JoseError

    try:
        kid = jws.extract_compact(token.encode()).headers().get("kid")
        for key in [key for key in keys if key.id and key.id == kid] or keys:
            try:
                return key, jwt.decode(token, _imported(key), algorithms=[key.algorithm]).claims
            except JoseError:
                continue
    except (JoseError, ValueError, RecursionError):
        raise _invalid(
            "it is no signed JSON Web Token", "send header.claims.signature as your library makes it"
        ) from None
    raise _invalid(
        "none of the workflow's keys has signed it", "compare key and algorithm with the credentials of chat.identity"
    )


def _imported(key: UserKey) -> ECKey | OctKey:
    from joserfc.jwk import ECKey, OctKey

    return OctKey.import_key(key.key) if key.algorithm == SECRET else ECKey.import_key(key.key)


def _check_times(claims: Mapping[str, Any]) -> None:
    """Clocks may differ by a minute. A number such as NaN is in no order, and so is none of these."""
    now_s = time.time()
    expires_at, issued_at, begins_at = (_moment(claims, name) for name in ("exp", "iat", "nbf"))
    if expires_at is None:
        raise _invalid("its claim exp is missing", "every token ends: set exp")
    if expires_at <= now_s - CLOCKS_DIFFER_S:
        raise unauthorized(
            "identity.expired", "this token of a user has expired", "sign the user in again with a new one"
        )
    begins = max(moment for moment in (issued_at, begins_at, now_s) if moment is not None)
    if not begins <= now_s + CLOCKS_DIFFER_S:
        raise _invalid("it begins in the future", "compare the clocks of the two servers; iat and nbf are seconds")
    if not expires_at - (issued_at or now_s) <= LONGEST_LIFE_S + CLOCKS_DIFFER_S:
        raise _invalid("it lasts for more than a day", "let exp be at most 24 hours after iat; it is in seconds")


def _moment(claims: Mapping[str, Any], name: str) -> float | None:
    moment = claims.get(name)
    if moment is None:
        return None
    if isinstance(moment, bool) or not isinstance(moment, (int, float)) or not abs(moment) < 1e12:
        raise _invalid(f"its claim {name} is no moment", "write it as seconds since 1970")
    return float(moment)


def _subject(claims: Mapping[str, Any]) -> str:
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= LONGEST_SUBJECT or not subject.isprintable():
        raise _invalid(
            "its claim sub names no person",
            f"let it be your id of the user, a text of at most {LONGEST_SUBJECT} characters",
        )
    if subject.casefold().startswith(VISITOR):
        raise _invalid("its claim sub is that of an anonymous visitor", f"no id of a user begins with {VISITOR}")
    return subject


def _values(claims: Mapping[str, Any], declared: Mapping[str, ContactField]) -> dict[str, Any]:
    """Return what the token says of the contact. RejectedInbound `identity.field` for a value that does not fit."""
    given = claims.get("fields", {})
    if not isinstance(given, dict):
        raise _wrong_field("fields", "let it be an object with fields of the contact")
    unknown = given.keys() - declared.keys()
    if unknown:
        raise _wrong_field(min(unknown)[:64], "the workflow declares its fields under contactFields")
    standard = {name: claims[name] for name in ("name", "language") if name in claims}
    return {name: _fitting(name, value, declared) for name, value in {**given, **standard}.items()}


def _fitting(name: str, value: object, declared: Mapping[str, ContactField]) -> Any:
    try:
        return stored_value(name, value, declared)
    except FlowError:
        raise _wrong_field(name, "its value must fit the type that contactFields declares") from None


def _wrong_field(name: str, hint: str) -> RejectedInbound:
    return RejectedInbound(
        f"the token's {name!r} is no value of the contact", code="identity.field", hint=hint, status=422
    )


def _invalid(what: str, hint: str) -> Refused:
    return unauthorized("identity.invalid", f"this token of a user is refused: {what}", hint)
