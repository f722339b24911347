"""Signatures of webhooks: finds out whether a service signed a request, when, and which delivery it is.

Each scheme is described by its service:

- stripe: https://docs.stripe.com/webhooks#verify-manually
- slack: https://docs.slack.dev/authentication/verifying-requests-from-slack
- svix: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md, and the headers of
  https://docs.svix.com/receiving/verifying-payloads/how-manual
- github: https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
- shopify: https://shopify.dev/docs/apps/build/webhooks/verify-deliveries

While a key changes, a service signs with both: so a header may hold several signatures, and may itself be repeated.
Nothing of the body is parsed before it is known who sent it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

import orjson

from botflow.nodes.triggers.runs import Signature
from botflow.web.requests.json_body import without_mark

MOST_SIGNATURES = 16  # of one header that are compared
LONGEST_TIMESTAMP = 12  # digits
LONGEST_ID = 100  # characters of a delivery that are stored as they are; of a longer one, a hash is
SVIX_SECRET = "whsec_"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """What a request says about its signature: `content` was signed at `signed_at` (seconds since 1970, None in a
    scheme without a time), with any of `signatures`; `delivery` is the service's id of it, "" without one."""

    signatures: Sequence[bytes]
    content: bytes
    signed_at: int | None = None
    delivery: str = ""


Reader = Callable[[Signature, Mapping[str, str], bytes], Signed | None]


def read_signature(signature: Signature, headers: Mapping[str, str], body: bytes) -> Signed | None:
    """Read the headers of the scheme, named in lower case; None when one is missing or cannot be read. Different values
    of a repeated header are joined by ", "."""
    return _READERS[signature.scheme](signature, headers, body)


def wanted_headers(signature: Signature) -> str:
    """Return the headers that the scheme needs, for people."""
    return _HEADERS.get(signature.scheme, signature.header)


def is_signed(signature: Signature, signed: Signed, secrets: Sequence[str]) -> bool:
    """Say whether one of the signatures was made with one of the secrets; compared in constant time, all of them."""
    algorithm = signature.algorithm if signature.scheme == "hmac" else "sha256"
    found = False
    for secret in secrets:
        expected = hmac.digest(_key(signature, secret), signed.content, algorithm)
        for given in signed.signatures[:MOST_SIGNATURES]:
            found |= hmac.compare_digest(given, expected)
    return found


def is_fresh(signature: Signature, signed: Signed, now: datetime) -> bool:
    """Say whether it was signed within the tolerance before or after `now`; True in a scheme without a time."""
    return signed.signed_at is None or abs(now.timestamp() - signed.signed_at) <= signature.tolerance


def delivery_keys(signature: Signature, signed: Signed, body: bytes, now: datetime) -> tuple[str, str]:
    """Return the key of the delivery, and the key that it had before, "" without one; only for a request that was
    proven to be signed.

    A service that sends a request again signs it again, at another time: so a delivery is known by the id that was
    signed, or else by its body. Bodies of an unnamed service may repeat, so there the key is another one after the
    replay window; then the former key finds what was sent shortly before.
    """
    delivery = _stripe_event(body) if signature.scheme == "stripe" else signed.delivery
    key = key_of(signature.scheme, delivery, body)
    if signature.scheme != "hmac":
        return key, ""
    window = int(now.timestamp() // signature.replay_window)
    return f"{key}:{window}", f"{key}:{window - 1}"


def key_of(kind: str, delivery: str, body: bytes = b"") -> str:
    """Return the key of a delivery by its id, or by its body without one; `kind` says whose id it is."""
    if delivery.isprintable() and 0 < len(delivery) <= LONGEST_ID:
        return f"{kind}:id:{delivery}"
    return f"{kind}:hash:{hashlib.sha256(delivery.encode('utf-8', 'surrogatepass') or body).hexdigest()}"


def _hmac(signature: Signature, headers: Mapping[str, str], body: bytes) -> Signed | None:
    given = headers.get(signature.header.lower(), "")
    if not given:
        return None
    read = _from_hex if signature.encoding == "hex" else _from_base64
    return Signed(signatures=[read(written) for written in _written(given, signature.prefix)], content=body)


def _github(signature: Signature, headers: Mapping[str, str], body: bytes) -> Signed | None:
    written = _written(headers.get("x-hub-signature-256", ""), "sha256=")
    return Signed(signatures=[_from_hex(each) for each in written], content=body) if written else None


def _shopify(signature: Signature, headers: Mapping[str, str], body: bytes) -> Signed | None:
    names = ("x-shopify-hmac-sha256", "shopify-hmac-sha256")
    written = [each for name in names for each in _written(headers.get(name, ""), "")]
    return Signed(signatures=[_from_base64(each) for each in written], content=body) if written else None


def _slack(signature: Signature, headers: Mapping[str, str], body: bytes) -> Signed | None:
    written = _written(headers.get("x-slack-signature", ""), "v0=")
    time = headers.get("x-slack-request-timestamp", "")
    signed_at = _seconds(time)
    if not written or signed_at is None:
        return None
    content = b"v0:%b:%b" % (time.encode(), body)
    return Signed(signatures=[_from_hex(each) for each in written], content=content, signed_at=signed_at)


def _stripe(signature: Signature, headers: Mapping[str, str], body: bytes) -> Signed | None:
    parts = [part.strip().partition("=") for part in headers.get("stripe-signature", "").split(",")]
    times = {value for name, _, value in parts if name == "t"}
    signatures = [_from_hex(value) for name, _, value in parts if name == "v1"]
    time = times.pop() if len(times) == 1 else ""
    signed_at = _seconds(time)
    if signed_at is None or not signatures:
        return None
    return Signed(signatures=signatures, content=b"%b.%b" % (time.encode(), body), signed_at=signed_at)


def _svix(signature: Signature, headers: Mapping[str, str], body: bytes) -> Signed | None:
    for prefix in ("webhook", "svix"):
        id_, time, given = (headers.get(f"{prefix}-{name}", "") for name in ("id", "timestamp", "signature"))
        signed_at = _seconds(time)
        if not id_ or signed_at is None or not given:
            continue
        signatures = [_from_base64(written) for written in _written(given, "v1,")]
        content = b"%b.%b.%b" % (id_.encode("latin-1"), time.encode(), body)
        return Signed(signatures=signatures, content=content, signed_at=signed_at, delivery=id_)
    return None


def _written(given: str, prefix: str) -> list[str]:
    """Return the signatures of a header as they are written, without their prefix; what has another prefix is left out.

    They are separated by blanks or commas, except by one that stands in the prefix.
    """
    for separator in " ,":
        if separator not in prefix:
            given = given.replace(separator, "\n")
    parts = (part.strip(" ,") for part in given.split("\n"))
    return [part.removeprefix(prefix) for part in parts if part and part.startswith(prefix)]


_READERS: Mapping[str, Reader] = MappingProxyType(
    {"hmac": _hmac, "github": _github, "shopify": _shopify, "slack": _slack, "stripe": _stripe, "svix": _svix}
)
_HEADERS: Mapping[str, str] = MappingProxyType(
    {
        "github": "X-Hub-Signature-256: sha256=...",
        "shopify": "X-Shopify-Hmac-Sha256",
        "slack": "X-Slack-Signature: v0=..., and X-Slack-Request-Timestamp",
        "stripe": "Stripe-Signature: t=...,v1=...",
        "svix": "webhook-id, webhook-timestamp and webhook-signature: v1,...",
    }
)


def _key(signature: Signature, secret: str) -> bytes:
    if signature.scheme != "svix":
        return secret.encode()
    return _from_base64(secret.removeprefix(SVIX_SECRET))


def is_usable(signature: Signature, secret: str) -> bool:
    """Say whether the secret can be a key of the scheme: Svix's is written in base64."""
    return bool(_key(signature, secret))


def _stripe_event(body: bytes) -> str:
    """Return the id of Stripe's event, which stays the same when it is sent again although the event's other fields may
    change; "" when there is none."""
    try:
        event = orjson.loads(without_mark(body))
    except ValueError:
        return ""
    id_ = event.get("id") if isinstance(event, dict) else None
    return id_ if isinstance(id_, str) else ""


def _seconds(written: str) -> int | None:
    is_number = written.isascii() and written.isdigit() and len(written) <= LONGEST_TIMESTAMP
    return int(written) if is_number else None


def _from_hex(written: str) -> bytes:
    """Return the bytes, b"" when it is malformed: they fit no signature."""
    try:
        return bytes.fromhex(written) if written.isalnum() else b""
    except ValueError:
        return b""


def _from_base64(written: str) -> bytes:
    """Return the bytes, with or without padding; b"" when it is malformed."""
    try:
        return base64.b64decode(written + "=" * (-len(written) % 4), validate=True)
    except (ValueError, binascii.Error):
        return b""
