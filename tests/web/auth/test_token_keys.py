"""An application that embeds botflow vouches for its own people by tokens that it signs."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from tests.web.api.calls import call, organization_key
from tests.web.api.calls import outcome as outcome_of
from tests.web.site import PUBLIC_URL, Site, open_site

KEYS: dict[str, Callable[[], Any]] = {
    "ES256": lambda: ECKey.generate_key("P-256"),
    "RS256": lambda: RSAKey.generate_key(2048),
}
OTHERS: tuple[Any, ...] = ("https://shop.example.com", [], ["other"], {}, "")


async def trust(site: Site, algorithm: str, key: Any, role: str = "editor") -> str:
    public = key.as_pem(private=False).decode()
    body = {"name": "Intranet", "algorithm": algorithm, "publicKey": public, "role": role}
    made = await call(site, "POST", "/token-keys", body)
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


def signed(key: Any, kid: str, algorithm: str = "ES256", **claims: Any) -> str:
    now = int(time.time())
    full = {"sub": "ann", "iat": now, "exp": now + 600, **claims}
    return jwt.encode({"alg": algorithm, "kid": kid}, {k: v for k, v in full.items() if v is not None}, key)


def with_shared_secret(secret: bytes, kid: str) -> str:
    """Return a token that is signed by HS256, for example with a public key, which everybody has."""
    now = int(time.time())
    parts = [{"alg": "HS256", "kid": kid}, {"sub": "ann", "iat": now, "exp": now + 60}]
    body = b".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in parts)
    signature = base64.urlsafe_b64encode(hmac.new(secret, body, hashlib.sha256).digest()).rstrip(b"=")
    return (body + b"." + signature).decode()


async def outcome(site: Site, token: str, method: str = "GET", path: str = "/workflows") -> tuple[int, str]:
    answer = await call(site, method, path, key=token)
    return answer.status_code, answer.json().get("code", "")


@pytest.mark.parametrize("algorithm", KEYS)
async def test_a_token_is_worth_the_role_that_it_claims(database_url: str, algorithm: str) -> None:
    key = KEYS[algorithm]()
    async with open_site(database_url) as site:
        kid = await trust(site, algorithm, key)
        assert await outcome(site, signed(key, kid, algorithm)) == (200, "")
        assert await outcome(site, signed(key, kid, algorithm), "POST", "/workflows/order/pause") == (200, "")
        viewer = signed(key, kid, algorithm, role="viewer")
        assert await outcome(site, viewer) == (200, "")
        assert await outcome(site, viewer, "POST", "/workflows/order/activate") == (403, "scope.missing")
        boss = signed(key, kid, algorithm, role="owner")  # more than the key's own role
        assert await outcome(site, boss, "GET", "/keys") == (403, "scope.missing")


async def test_a_token_that_nobody_trusts_is_refused(database_url: str) -> None:
    key, other = ECKey.generate_key("P-256"), ECKey.generate_key("P-256")
    now = int(time.time())
    async with open_site(database_url) as site:
        kid = await trust(site, "ES256", key)
        for token in (
            signed(other, kid),
            signed(key, "unknown"),
            signed(key, kid, exp=now - 120),
            signed(key, kid, exp=now + 2 * 24 * 3600),
            signed(key, kid, exp=None),
            signed(key, kid, iat=None),
            signed(key, kid, sub=None),
            signed(key, kid, sub=7),
            *(signed(key, kid, role=role) for role in ("emperor", "", ["owner"], {"owner": 1}, 7, True)),
            *(signed(key, kid, aud=aud) for aud in OTHERS),
            *(signed(key, kid, **{name: wrong}) for name in ("sub", "iat", "exp", "nbf") for wrong in OTHERS[1:]),
            signed(key, kid, exp="tomorrow"),
            with_shared_secret(key.as_pem(private=False), kid),
            "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbm4ifQ.",
            "eyJ",
            "eyJ.eyJ.eyJ",
        ):
            assert await outcome(site, token) == (401, "token.invalid"), token
        for aud in ("botflow", ["other", "botflow"], PUBLIC_URL, f"{PUBLIC_URL}/"):
            assert await outcome(site, signed(key, kid, aud=aud)) == (200, "")
        assert await outcome(site, signed(key, kid)) == (200, "")
        assert (await call(site, "POST", f"/token-keys/{kid}/revoke")).json()["revokedAt"] is not None
        assert await outcome(site, signed(key, kid)) == (401, "token.invalid")


async def test_what_is_no_public_key_is_not_trusted(database_url: str) -> None:
    private = ECKey.generate_key("P-256").as_pem(private=True).decode()
    long = ECKey.generate_key("P-384").as_pem(private=False).decode()
    of_rsa = RSAKey.generate_key(2048).as_pem(private=False).decode()
    async with open_site(database_url) as site:
        for text in ("", "hello", private, of_rsa, long, "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----"):
            body = {"name": "x", "algorithm": "ES256", "publicKey": text, "role": "viewer"}
            refused = await call(site, "POST", "/token-keys", body)
            assert (refused.status_code, refused.json().get("code")) == (422, "token_key.invalid"), text
            assert private[30:60] not in refused.text
        short = rsa.generate_private_key(65_537, 1_024).public_key()
        pem = short.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
        body = {"name": "x", "algorithm": "RS256", "publicKey": pem, "role": "viewer"}
        assert outcome_of(await call(site, "POST", "/token-keys", body)) == (422, "token_key.invalid")


async def test_an_organization_sees_its_own_keys_alone(database_url: str) -> None:
    async with open_site(database_url) as site:
        kid = await trust(site, "ES256", ECKey.generate_key("P-256"))
        theirs = await organization_key(site)
        assert (await call(site, "GET", "/token-keys", key=theirs)).json()["items"] == []
        assert await outcome(site, theirs, "POST", f"/token-keys/{kid}/revoke") == (404, "token_key.unknown")
