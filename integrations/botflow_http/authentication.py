"""How a request proves who calls: the headers that a credential gives it."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Mapping
from typing import Protocol
from urllib.parse import quote_plus

import httpx2
import orjson

from botflow.engine.node_type import ActionContext
from botflow.outgoing_hosts import FIELD
from botflow_http.exchange import Exchange
from botflow_http.failure import RequestFailed
from botflow_http.properties import OURS
from botflow_http.tokens import Token, Tokens

LONGEST_TOKEN = 8_000  # characters


class Authentication(Protocol):
    """The headers of a credential."""

    async def headers(self) -> Mapping[str, str]:
        """Return them by lower-case names; RequestFailed `http.token` if there are none now."""

    def renew(self) -> bool:
        """Say, after a 401, whether the next headers are others."""


def authentication_of(context: ActionContext, tokens: Tokens, exchange: Exchange) -> Authentication:
    """Return how this call's credential proves itself; RequestFailed `http.credential` if it is one for something
    else, whose secrets no service may get."""
    fields = context.credential
    match frozenset(fields) - {"scope", "audience", "sends", FIELD}:
        case names if not names and not fields:
            return Fixed({})
        case names if names == {"token"}:
            return Fixed({"authorization": f"Bearer {fields['token']}"})
        case names if names == {"username", "password"}:
            return Fixed({"authorization": basic(fields["username"], fields["password"])})
        case names if names == {"header", "value"} and fields["header"].lower() not in OURS:
            return Fixed({fields["header"].lower(): fields["value"]})
        case names if names == {"tokenUrl", "clientId", "clientSecret"}:
            return ClientCredentials(context, tokens, exchange)
    raise RequestFailed("http.credential", "the credential is not one for requests: its module is http_bearer, ...")


def basic(user: str, password: str) -> str:
    return "Basic " + b64encode(f"{user}:{password}".encode()).decode()


class Fixed:
    """A credential whose headers are always the same."""

    def __init__(self, headers: Mapping[str, str]) -> None:
        self._headers = headers

    async def headers(self) -> Mapping[str, str]:
        return self._headers

    def renew(self) -> bool:
        return False


class ClientCredentials:
    """A token of the client credentials grant."""

    def __init__(self, context: ActionContext, tokens: Tokens, exchange: Exchange) -> None:
        self._context = context
        self._fields = context.credential
        self._tokens = tokens
        self._exchange = exchange
        self._secret = ""
        self._refused = ""
        written = orjson.dumps(sorted(self._fields.items()))
        # The set's own name, so that no organization uses another's token; its fields, so that a change holds at once.
        self._key = f"{context.account}:{hashlib.sha256(written).hexdigest()}"

    async def headers(self) -> Mapping[str, str]:
        self._secret = await self._tokens.token(self._key, self._fetch, refused=self._refused)
        self._context.hide(self._secret)
        return {"authorization": f"Bearer {self._secret}"}

    def renew(self) -> bool:
        """Once, for a token that may have been withdrawn; what a new one does not open is not open."""
        if self._refused:
            return False
        self._refused = self._secret
        return True

    async def _fetch(self) -> Token:
        fields = self._fields
        form = {"grant_type": "client_credentials"}
        form |= {name: fields[name] for name in ("scope", "audience") if name in fields}
        headers = {"accept": "application/json"}
        if fields.get("sends") == "form":
            form |= {"client_id": fields["clientId"], "client_secret": fields["clientSecret"]}
        else:  # RFC 6749, 2.3.1: both are encoded as in a form before they are joined
            headers["authorization"] = basic(quote_plus(fields["clientId"]), quote_plus(fields["clientSecret"]))
        request = httpx2.Request("POST", fields["tokenUrl"], headers=headers, data=form)
        try:
            response = await self._exchange.send(request)
            return _token_in(response.status, response.body())
        except RequestFailed as failed:  # the request itself was not sent
            raise RequestFailed("http.token", f"no token: {failed.message}", may_pass=failed.may_pass) from None


def _token_in(status: int, body: object) -> Token:
    """Return the token of a response; RequestFailed `http.token`. What the service wrote is not repeated."""
    if status != 200 or not isinstance(body, dict):
        raise RequestFailed("http.token", f"its address answered with the status {status}", may_pass=status >= 500)
    secret, kind, lives = body.get("access_token"), body.get("token_type", "bearer"), body.get("expires_in")
    if not isinstance(secret, str) or not 0 < len(secret) <= LONGEST_TOKEN or not _is_visible(secret):
        raise RequestFailed("http.token", "its address answered without an access_token")
    if not isinstance(kind, str) or kind.lower() != "bearer":
        raise RequestFailed("http.token", "it is no bearer token")
    if isinstance(lives, str) and lives.isascii() and lives.isdigit() and len(lives) < 10:
        lives = int(lives)
    return Token(secret=secret, lives_s=max(0.0, float(lives)) if isinstance(lives, int | float) else None)


def _is_visible(text: str) -> bool:
    return all("!" <= letter <= "~" for letter in text)
