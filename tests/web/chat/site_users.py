"""A site that signs its users: keys, the credentials that botflow has of them, and tokens made by pyjwt."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import httpx2
import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from tests.web.site import API_KEY, ORDER, Site, Visit

BY_KEY = {"authorization": f"Bearer {API_KEY}"}
SHARED = "a-secret-that-the-site-and-botflow-share-" + "0123456789" * 3
IDENTITY = "chat: {identity: {credentials: [site]}}"
FIELDS = "contactFields: {plan: {type: choice, choices: [free, paid]}, seats: {type: number}}"
SHOP = ORDER.replace("id: order", f"id: shop\n{IDENTITY}\n{FIELDS}")
CLOSED = ORDER.replace("id: order", "id: closed\nchat: {identity: {credentials: [site], required: true}}")


@dataclass(frozen=True, slots=True)
class KeyPair:
    """A pair of keys on P-256, as PEM."""

    private: str
    public: str


def key_pair(curve: ec.EllipticCurve | None = None) -> KeyPair:
    key = ec.generate_private_key(curve or ec.SECP256R1())
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return KeyPair(private.decode().strip(), public.decode().strip())


def claims(subject: str = "ann", **more: Any) -> dict[str, Any]:
    """Return the claims of a token that lasts for an hour; None leaves one out."""
    now = int(time.time())
    given = {"sub": subject, "iat": now, "exp": now + 3600, **more}
    return {name: value for name, value in given.items() if value is not None}


def token(subject: str = "ann", *, key: str = SHARED, algorithm: str = "HS256", kid: str = "", **more: Any) -> str:
    headers = {"kid": kid} if kid else None
    return jwt.encode(claims(subject, **more), key, algorithm=algorithm, headers=headers)


async def trust(site: Site, key: str = SHARED, name: str = "site", algorithm: str = "HS256", **more: str) -> None:
    """Let botflow have a key of the site."""
    body = {"module": "chat_users", "name": name, "fields": {"algorithm": algorithm, "key": key, **more}}
    stored = await site.client.post("/api/v1/credentials", json=body, headers=BY_KEY)
    assert stored.status_code == 201, stored.text


async def sign_in(site: Site, identity: str, workflow: str = "shop", visitor: Visit | None = None) -> httpx2.Response:
    body = {"identity": identity, **({"token": visitor.opened["token"]} if visitor else {})}
    return await site.client.post(f"/chat/{workflow}/sessions", json=body)


async def signed(site: Site, subject: str = "ann", workflow: str = "shop", visitor: Visit | None = None) -> Visit:
    """Sign a user in."""
    answer = await sign_in(site, token(subject), workflow, visitor)
    assert answer.status_code == 201, answer.text
    return Visit(site, workflow, answer.json())
