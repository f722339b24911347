"""The callback URLs for delivery reports: each names one outbound and is signed, so it serves no other one."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from urllib.parse import quote, urlencode, urlsplit

import structlog
from itsdangerous import Signer

from botflow.errors import RejectedInbound
from botflow.keyring import Keyring
from botflow.records.outbounds import StoredOutbound

_log = structlog.get_logger("botflow.delivery")


class CallbackUrls:
    """Makes and checks `<public url>/<provider>/<workflow>/status?o=<outbound>&s=<signature>`."""

    def __init__(self, public_url: str | None, keyring: Keyring, slug_of: Callable[[int], str | None]) -> None:
        self._public_url = public_url.rstrip("/") if public_url else None
        self._takes_mount = self._public_url is not None and not urlsplit(self._public_url).path
        self._mount = ""
        self._slug_of = slug_of
        oldest_first = keyring.all("delivery callbacks")[::-1]
        self._signer = Signer(
            oldest_first, salt="botflow.outbound", key_derivation="hmac", digest_method=hashlib.sha256
        )

    def mounted_under(self, path: str) -> None:
        """Learn the path under which requests arrive: a public URL without a path is the parent application's.

        Only requests tell it. A worker, and a process before its first request, know it from the public URL only.
        """
        if self._takes_mount and quote(path) != self._mount:
            self._mount = quote(path)
            _log.warning(
                "public_url_without_mount",
                mount=path,
                hint=f"set BOTFLOW_PUBLIC_URL to {self._public_url}{self._mount}, which workers know, too",
            )

    def base(self) -> str | None:
        """Return the address of this botflow as providers know it; None without a public URL."""
        return None if self._public_url is None else self._public_url + self._mount

    def of(self, outbound: StoredOutbound, provider: str) -> str | None:
        """Return where `provider` reports this outbound's delivery; None without a public URL."""
        slug = self._slug_of(outbound.key.workflow)
        base = self.base()
        if base is None or slug is None:
            return None
        name = f"{outbound.session}.{outbound.wire_id}"
        query = urlencode({"o": name, "s": self._signer.get_signature(name).decode()})
        return f"{base}/{provider}/{slug}/status?{query}"

    def check(self, outbound: str, signature: str) -> None:
        """Raise RejectedInbound `callback.forged` (403) unless we signed `outbound`."""
        if not self._signer.verify_signature(outbound.encode(), signature.encode()):
            raise RejectedInbound(
                "this callback does not name a message of ours",
                code="callback.forged",
                hint="use the callback address that came with the message",
                status=403,
            )
