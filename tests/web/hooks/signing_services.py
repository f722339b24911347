"""Services that sign their webhooks as their documentation says; written without the product's code."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Any

KEY = b"a key of twenty-four by."
SECRETS: dict[str, tuple[str, str]] = {  # by scheme: the present and the former secret
    "stripe": ("whsec_present-0123456789", "whsec_former-0123456789"),
    "slack": ("8f742231b10e8888abcd99yyyzzz85a5", "0f742231b10e8888abcd99yyyzzz85a5"),
    "svix": (f"whsec_{base64.b64encode(KEY).decode()}", f"whsec_{base64.b64encode(KEY[::-1]).decode()}"),
    "github": ("It's a Secret to Everybody", "It was a Secret to Everybody"),
    "shopify": ("hush-0123456789", "former-hush-0123456789"),
    "hmac": ("present-0123456789", "former-0123456789"),
}


def _hex(secret: str, content: bytes) -> str:
    return hmac.new(secret.encode(), content, hashlib.sha256).hexdigest()


def _svix(secret: str, content: bytes) -> str:
    key = base64.b64decode(secret.removeprefix("whsec_"))
    return "v1," + base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()


def sign(scheme: str, secrets: list[str], body: bytes, at: int, delivery: str = "msg_1") -> dict[str, str]:
    """Return the headers of a request that is signed with each of these secrets, as far as the scheme can."""
    match scheme:
        case "stripe":
            signatures = ",".join(f"v1={_hex(secret, b'%d.%b' % (at, body))}" for secret in secrets)
            return {"stripe-signature": f"t={at},{signatures},v0={'6f' * 32}"}
        case "slack":
            signed = [f"v0={_hex(secret, b'v0:%d:%b' % (at, body))}" for secret in secrets]
            return {"x-slack-signature": ", ".join(signed), "x-slack-request-timestamp": str(at)}
        case "svix":
            content = b"%b.%d.%b" % (delivery.encode(), at, body)
            signatures = " ".join(_svix(secret, content) for secret in secrets)
            return {"webhook-id": delivery, "webhook-timestamp": str(at), "webhook-signature": signatures}
        case "github":
            signatures = ", ".join(f"sha256={_hex(secret, body)}" for secret in secrets)
            return {"x-hub-signature-256": signatures, "x-github-delivery": delivery}
        case "shopify":
            digests = [hmac.new(secret.encode(), body, hashlib.sha256).digest() for secret in secrets]
            signatures = ",".join(base64.b64encode(digest).decode() for digest in digests)
            return {"x-shopify-hmac-sha256": signatures, "x-shopify-webhook-id": delivery}
        case _:
            return {"x-signature": ",".join(_hex(secret, body) for secret in secrets)}


def signature_of(scheme: str) -> dict[str, Any]:
    """Return the trigger's property."""
    return {"scheme": scheme}
