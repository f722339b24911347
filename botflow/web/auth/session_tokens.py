"""Session tokens of the chat: who a visitor is, and until when, signed by this server. Nothing about a token is stored.

An anonymous visitor's id begins with VISITOR, and no signed user's does: neither kind of token opens the other's
conversation.
"""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass, field

from itsdangerous import BadSignature, URLSafeTimedSerializer

from botflow.flow.chat_access import ChatAccess
from botflow.keyring import Keyring
from botflow.records.sessions import VISITOR
from botflow.web.auth.refusals import unauthorized
from botflow.web.problem import Refused

TOKEN_LIFETIME_S = 90 * 24 * 3600
CLOCKS_DIFFER_S = 24 * 3600  # the server that signed may be ahead of this one
SIGNED_CLOCKS_DIFFER_S = 60  # the site's clock may be behind ours


@dataclass(frozen=True, slots=True)
class Visitor:
    """The person that a session token identifies, until `expires_at` (seconds since 1970). `vouched_by` is the
    credential with the key of the site that signed them in, "" for an anonymous visitor."""

    workflow: str
    external_id: str
    expires_at: float | None = field(default=None, compare=False)
    vouched_by: str = ""

    @property
    def session_name(self) -> str:
        """What the visitor knows the session by: its number would tell strangers how many conversations there are."""
        return hashlib.sha256(f"{self.workflow}/{self.external_id}".encode()).hexdigest()[:24]

    @property
    def left_s(self) -> float:
        """For how many seconds the token may still be used."""
        return float("inf") if self.expires_at is None else self.expires_at - time.time()


class SessionTokens:
    """Signs tokens and reads them."""

    def __init__(self, keyring: Keyring) -> None:
        self._tokens = URLSafeTimedSerializer(
            keyring.all("session tokens")[::-1],  # the newest last
            salt="botflow.session",
            signer_kwargs={"key_derivation": "hmac", "digest_method": hashlib.sha256},
        )

    def sign(self, visitor: Visitor) -> str:
        """Return a token that identifies `visitor`: an anonymous one for ninety days, a signed user until its end."""
        named = [visitor.workflow, visitor.external_id]
        return self._tokens.dumps([*named, visitor.expires_at, visitor.vouched_by] if visitor.vouched_by else named)

    def read(self, token: str) -> Visitor:
        """Return whom a token identifies; BadSignature for what is none, Refused `token.expired` or
        `identity.expired`."""
        named, signed_at = self._tokens.loads(token, return_timestamp=True)
        workflow, external_id, expires_at, vouched_by = (*named, None, "")[:4]
        if external_id.startswith(VISITOR) == bool(vouched_by):
            raise BadSignature("of the other kind")
        signed_s = signed_at.timestamp()
        if signed_s - time.time() > CLOCKS_DIFFER_S:
            raise BadSignature("signed in the future")
        ends_at = expires_at + SIGNED_CLOCKS_DIFFER_S if vouched_by else signed_s + TOKEN_LIFETIME_S
        visitor = Visitor(workflow, external_id, ends_at, vouched_by)
        if visitor.left_s < 0:
            raise expired(visitor)
        return visitor


def check_access(chat: ChatAccess, visitor: Visitor) -> None:
    """Refused `identity.required` where only signed users may chat. `token.expired` or `identity.expired` when a token
    that was let in has ended, or the workflow does not trust the key any more that has signed the user in."""
    identity = chat.identity
    if not visitor.vouched_by and identity is not None and identity.required:
        raise unauthorized(
            "identity.required",
            "only signed users of the site may use this chat",
            f'send a token of the user: POST /chat/{visitor.workflow}/sessions {{"identity": "..."}}',
        )
    is_trusted = not visitor.vouched_by or (identity is not None and visitor.vouched_by in identity.credentials)
    if visitor.left_s <= 0 or not is_trusted:
        raise expired(visitor)


def expired(visitor: Visitor) -> Refused:
    """Return the refusal of a token that has ended."""
    if not visitor.vouched_by:
        return unauthorized("token.expired", "this session token has expired")
    hint = f'send a new token of the user: POST /chat/{visitor.workflow}/sessions {{"identity": "..."}}'
    return unauthorized("identity.expired", "the sign-in of this user has ended", hint)
