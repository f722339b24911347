"""The address at which a request reached this server, for what its caller alone reads: nothing of it is stored.

A Host header is what the caller wrote. `X-Forwarded-Proto` and `X-Forwarded-Host` are read from trusted proxies only.
"""

from __future__ import annotations

import re
from urllib.parse import quote

from starlette.types import Scope

from botflow.errors import RejectedInbound
from botflow.web.asgi import header
from botflow.web.requests.addresses import TrustedProxies

_HOST = re.compile(r"(?:[A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?")


def request_base(scope: Scope, proxies: TrustedProxies) -> str:
    """Return scheme, host and mount of the request's address, as its caller knows it."""
    scheme, host = scope["scheme"], header(scope, b"host")
    if proxies.trusts(scope["client"][0] if scope.get("client") else ""):
        forwarded = _last(scope, b"x-forwarded-proto")
        scheme = forwarded if forwarded in ("http", "https") else scheme
        host = _last(scope, b"x-forwarded-host") or host
    return f"{scheme}://{_checked(host)}{quote(scope.get('root_path', ''))}"


def request_origin(scope: Scope) -> str:
    """Return scheme and host of the request's address, as its caller wrote it."""
    return f"{scope['scheme']}://{_checked(header(scope, b'host'))}"


def _last(scope: Scope, name: bytes) -> str:
    """Return the last value of a forwarded header: the one that the nearest proxy wrote."""
    values = [str(value, "latin-1") for key, value in scope["headers"] if key == name]
    return values[-1].rpartition(",")[2].strip() if values else ""


def _checked(host: str | None) -> str:
    if not _HOST.fullmatch(host or "localhost"):
        raise RejectedInbound("the Host header is no host", code="host.invalid", hint="send the server's address")
    return host or "localhost"
