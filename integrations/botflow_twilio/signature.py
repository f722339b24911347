"""Twilio's webhook signature: base64 of HMAC-SHA1 over the public URL and the sorted form fields.

https://www.twilio.com/docs/usage/webhooks/webhooks-security. Not by the SDK, whose comparison is not constant in
time and which drops a URL's bare `?`. Never reads forwarded headers: the caller knows the URL.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

from botflow.interfaces import WebhookRequest

HEADER = "x-twilio-signature"


def is_signed(auth_token: str, request: WebhookRequest) -> bool:
    """Say whether `request` carries the signature that `auth_token` makes; False when there is no token."""
    given = request.headers.get(HEADER, "").encode()
    if not auth_token or not given:
        return False
    # Twilio is not consistent about a default port in the signed URL, so both forms are accepted.
    expected = [sign(auth_token, url, request.form).encode() for url in _forms(request.url)]
    return any(hmac.compare_digest(given, signature) for signature in expected)


def sign(auth_token: str, url: str, form: Iterable[tuple[str, str]]) -> str:
    """Return the signature of a form post to `url` (without its fragment, which is neither sent nor signed)."""
    # A repeated pair of name and value counts once, as in Twilio's own libraries.
    signed = url.partition("#")[0] + "".join(name + value for name, value in sorted(set(form)))
    digest = hmac.new(auth_token.encode(), signed.encode(errors="surrogatepass"), hashlib.sha1).digest()
    return base64.b64encode(digest).decode()


def _forms(url: str) -> Iterator[str]:
    """Return the ways in which Twilio may have written `url`: as it is, with and without port, with a bare `?`."""
    yield url
    parts = urlsplit(url)
    host = parts.netloc
    if parts.port is None:
        other = f"{host}:{443 if parts.scheme == 'https' else 80}"
    else:
        other = host.removesuffix(f":{parts.port}")
    yield url.replace(host, other, 1)
    if not parts.query and not url.endswith("?"):
        yield url + "?"
