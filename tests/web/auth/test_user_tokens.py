"""Tokens of a site's users: what another library signs is read, and what nobody should believe is refused."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import subprocess
import time
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from botflow.flow.compile import compile_flow
from botflow.flow.document import parse
from botflow.runtime.app import node_types
from botflow.web.auth.user_tokens import CLOCKS_DIFFER_S, LONGEST_LIFE_S, UserKey, verified
from botflow.web.problem import Refused
from tests.node import NODE
from tests.web.chat.site_users import BY_KEY, IDENTITY, SHARED, SHOP, claims, key_pair, sign_in, signed, token, trust
from tests.web.site import PUBLIC_URL, Site, open_site

PAIR, FORMER = key_pair(), key_pair()
KEYS = [
    UserKey(credential="site", algorithm="ES256", key=PAIR.public, id="new"),
    UserKey(credential="former", algorithm="ES256", key=FORMER.public, id=""),
    UserKey(credential="shared", algorithm="HS256", key=SHARED, id=""),
]
SIGNERS = ((PAIR.private, "ES256", "site"), (FORMER.private, "ES256", "former"), (SHARED, "HS256", "shared"))
DAY = LONGEST_LIFE_S
BY_NODE = """
const { createHmac, sign } = require("node:crypto");
const [key, claims] = JSON.parse(process.argv[1]);
const encoded = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
const isPair = key.startsWith("-----BEGIN");
const signed = `${encoded({ alg: isPair ? "ES256" : "HS256", typ: "JWT" })}.${encoded(claims)}`;
const signature = isPair
  ? sign("sha256", Buffer.from(signed), { key, dsaEncoding: "ieee-p1363" })
  : createHmac("sha256", key).update(signed).digest();
console.log(`${signed}.${signature.toString("base64url")}`);
"""


def part(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def hand_made(header: dict[str, Any], said: dict[str, Any], secret: str) -> str:
    """Return a token with any header, whose signature is the HMAC by `secret`."""
    signed_part = f"{part(header)}.{part(said)}"
    signature = hmac.new(secret.encode(), signed_part.encode(), hashlib.sha256).digest()
    return f"{signed_part}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


def test_tokens_of_other_libraries_are_read() -> None:
    for key, algorithm, by in (
        (PAIR.private, "ES256", "site"),
        (FORMER.private, "ES256", "former"),
        (SHARED, "HS256", "shared"),
    ):
        for made in (token(key=key, algorithm=algorithm), by_node(key)):
            found, said = verified(made, KEYS)
            assert (found.credential, said["sub"]) == (by, "ann")


def by_node(key: str) -> str:
    given = json.dumps([key, claims()])
    ran = subprocess.run([NODE, "-e", BY_NODE, given], capture_output=True, text=True, timeout=60, check=True)
    return ran.stdout.strip()


def test_a_key_id_chooses_among_keys_and_never_makes_one() -> None:
    chosen, _ = verified(token(key=PAIR.private, algorithm="ES256", kid="new"), KEYS)
    unknown, _ = verified(token(key=FORMER.private, algorithm="ES256", kid="nobody's"), KEYS)
    assert (chosen.credential, unknown.credential) == ("site", "former")
    assert refused(token(key=FORMER.private, algorithm="ES256", kid="new"))


def test_what_no_key_has_signed_is_refused() -> None:
    attacker = key_pair()
    embedded = jwt.get_algorithm_by_name("ES256").to_jwk(
        jwt.get_algorithm_by_name("ES256").prepare_key(attacker.public)
    )
    right = token(key=PAIR.private, algorithm="ES256")
    head, body, signature = right.split(".")
    forged = {
        "another key": token(key=attacker.private, algorithm="ES256"),
        "no algorithm": f"{part({'alg': 'none'})}.{part(claims())}.",
        "no algorithm, in capitals": f"{part({'alg': 'NONE'})}.{part(claims())}.{signature}",
        "the public key as a secret": hand_made({"alg": "HS256"}, claims(), PAIR.public),
        "the same under its key id": hand_made({"alg": "HS256", "kid": "new"}, claims(), PAIR.public),
        "an empty secret": hand_made({"alg": "HS256"}, claims(), ""),
        "another hash": jwt.encode(claims(), SHARED, algorithm="HS512"),
        "a key of its own": jwt.encode(claims(), attacker.private, "ES256", headers={"jwk": embedded}),
        "the address of a key": jwt.encode(
            claims(), attacker.private, "ES256", headers={"jku": "https://evil.example"}
        ),
        "a file as key id": hand_made({"alg": "HS256", "kid": "/dev/null"}, claims(), ""),
        "a list as key id": hand_made({"alg": "HS256", "kid": ["new"]}, claims(), "x"),
        "an extension that is critical": hand_made({"alg": "HS256", "crit": ["b64"], "b64": False}, claims(), SHARED),
        "other claims": f"{head}.{part(claims('bob'))}.{signature}",
        "no signature": f"{head}.{body}.",
        "zeros as a signature": f"{head}.{body}.{'A' * 86}",
        "two parts": f"{head}.{body}",
        "five parts": f"{right}.x.y",
        "nothing": "....",
        "no base64": "\u00fc.\u00fc.\u00fc",
        "no JSON": f"{base64.urlsafe_b64encode(b'{' * 30).decode()}.{body}.{signature}",
        "a deep header": f"{base64.urlsafe_b64encode(b'[' * 5000).decode().rstrip('=')}.{body}.{signature}",
        "a header that is a list": f"{part([])}.{body}.{signature}",
    }
    for name, made in forged.items():
        assert refused(made), name


def refused(made: str) -> bool:
    """Say whether a token is refused, in words that hold nothing of it."""
    with pytest.raises(Refused) as refusal:
        verified(made, KEYS)
    said = f"{refusal.value.message} {refusal.value.hint}"
    long = [each for each in made.split(".") if len(each) > 8]
    return refusal.value.code == "identity.invalid" and not any(each in said for each in long)


async def test_what_a_token_claims_is_believed_within_bounds(sqlite_url: str) -> None:
    now = int(time.time())
    slow = 100  # seconds that this test may take, at most
    right: dict[str, dict[str, Any]] = {
        "for an hour": {},
        "from a clock that is ahead": {"iat": now + CLOCKS_DIFFER_S, "nbf": now + CLOCKS_DIFFER_S},
        "for a day": {"exp": now + DAY},
        "without its beginning": {"iat": None},
        "with parts of seconds": {"exp": now + 3600.5},
        "for botflow": {"aud": "botflow"},
        "for the workflow": {"aud": ["elsewhere", "shop"]},
        "for this server": {"aud": f"{PUBLIC_URL}/"},
        "for the chat's address": {"aud": f"{PUBLIC_URL}/chat/shop"},
        "with more": {"iss": "https://shop.example", "jti": "1", "email": "ann@example.com"},
    }
    wrong: dict[str, dict[str, Any]] = {
        "without an end": {"exp": None},
        "without an end that is a number": {"exp": "tomorrow"},
        "for ever": {"exp": 10**11},
        "for longer than for ever": {"exp": float("inf")},
        "until no time": {"exp": float("nan")},
        "for two days": {"exp": now + 2 * DAY},
        "for two days, since yesterday": {"iat": now - DAY, "exp": now + DAY},
        "of tomorrow": {"iat": now + DAY // 2 + slow},
        "not yet": {"nbf": now + DAY // 2 + slow},
        "in milliseconds": {"iat": now * 1000, "exp": now * 1000 + 3_600_000},
        "true": {"exp": True},
        "without a person": {"sub": None},
        "of nobody": {"sub": ""},
        "of a number": {"sub": 17},
        "of a long name": {"sub": "a" * 201},
        "with a control character": {"sub": "ann\x00"},
        "of a visitor": {"sub": "visitor:abc"},
        "of a visitor in capitals": {"sub": "VISITOR:abc"},
        "for another service": {"aud": "https://elsewhere.example"},
        "for another workflow": {"aud": "order"},
        "for no one": {"aud": []},
        "for a number": {"aud": 1},
    }
    async with open_site(sqlite_url, flows=(SHOP,)) as site:
        await trust(site)
        live = site.runtime.flows.get("shop")
        for name, more in right.items():
            assert (await site.desk.users.read(live, by_hand(more))).subject == "ann", name
        for name, more in wrong.items():
            assert await code_of(site, more) == "identity.invalid", name
        for ago in (CLOCKS_DIFFER_S + slow, DAY * 30):
            assert await code_of(site, {"iat": now - ago - 60, "exp": now - ago}) == "identity.expired"


async def code_of(site: Site, more: dict[str, Any]) -> str:
    """Return the code with which a token with these claims is refused, "" for one that is not."""
    try:
        await site.desk.users.read(site.runtime.flows.get("shop"), by_hand(more))
    except Refused as refusal:
        return refusal.code
    return ""


def by_hand(more: dict[str, Any]) -> str:
    """Return a token with these claims, which a careful library would not sign."""
    return hand_made({"alg": "HS256"}, claims(**more), SHARED)


async def test_keys_are_exchanged_one_by_one(sqlite_url: str) -> None:
    rotating = SHOP.replace("credentials: [site]", "credentials: [new, old, gone]")
    async with open_site(sqlite_url, flows=(rotating,)) as site:
        nothing = await sign_in(site, token())
        assert (nothing.status_code, nothing.json().get("code")) == (503, "identity.unavailable")
        await trust(site, SHARED, "old")
        await trust(site, PAIR.public, "new", "ES256", keyId="2026")
        for made in (
            token(),
            token(key=PAIR.private, algorithm="ES256"),
            token(key=PAIR.private, algorithm="ES256", kid="2026"),
        ):
            assert (await sign_in(site, made)).status_code == 201
        unknown = await sign_in(site, token(key=FORMER.private, algorithm="ES256"))
        assert (unknown.status_code, unknown.json().get("code")) == (401, "identity.invalid")


async def test_a_key_that_a_workflow_trusts_no_more_ends_the_sign_ins_by_it(sqlite_url: str) -> None:
    async with open_site(sqlite_url, flows=(SHOP,)) as site:
        await trust(site)
        user = await signed(site)
        for document in (SHOP.replace("[site]", "[other]"), SHOP.replace(f"{IDENTITY}\n", "")):
            source = parse(document, name="shop.yaml")
            documents = {"shop": source.to_json()}
            flow = compile_flow(documents, "shop", node_types(()))
            await site.runtime.flows.publish([(flow, documents)])
            answer = await user.post(text="hello")
            assert (answer.status_code, answer.json().get("code")) == (401, "identity.expired")
        off = await sign_in(site, token())
        assert (off.status_code, off.json().get("code")) == (422, "identity.off")


async def test_a_key_that_cannot_work_is_refused_when_it_is_stored(sqlite_site: Site) -> None:
    wrong = {
        "too short": ("HS256", "a" * 31),
        "a public key": ("HS256", PAIR.public),
        "a line too many": ("HS256", SHARED + "\n"),
        "a private key": ("ES256", PAIR.private),
        "no key": ("ES256", "a" * 40),
        "of another curve": ("ES256", key_pair(ec.SECP384R1()).public),
        "of another algorithm": ("none", "a" * 40),
    }
    for name, (algorithm, key) in wrong.items():
        body = {"module": "chat_users", "name": "site", "fields": {"algorithm": algorithm, "key": key}}
        answer = await sqlite_site.client.post("/api/v1/credentials", json=body, headers=BY_KEY)
        assert (answer.status_code, answer.json().get("code")) == (422, "credential.field"), name
        assert key not in answer.text
