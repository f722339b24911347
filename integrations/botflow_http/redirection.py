"""Where a redirection leads, and what goes along (RFC 9110, 15.4)."""

from __future__ import annotations

from dataclasses import dataclass, replace

import httpx2

from botflow_http.exchange import Response
from botflow_http.failure import RequestFailed

Origin = tuple[str, str, int | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where a request goes next. `origin` is that of the flow's address: only there its secrets belong."""

    method: str
    url: httpx2.URL
    origin: Origin
    keeps_body: bool = True
    has_left: bool = False

    @property
    def is_at_home(self) -> bool:
        return not self.has_left


def redirected(target: Target, response: Response) -> Target | None:
    """Return where a response leads on; None if it does not; RequestFailed `http.redirect` if nothing may go there."""
    location = response.headers.get("location")
    if response.status not in (301, 302, 303, 307, 308) or not location:
        return None
    try:
        url = target.url.join(location).copy_with(fragment=None)
    except (httpx2.InvalidURL, UnicodeError, ValueError):
        raise RequestFailed("http.redirect", "it was redirected to what is no address") from None
    has_left = target.has_left or (url.scheme, url.host, url.port) != target.origin
    becomes_get = response.status in (301, 302) and target.method == "POST"
    if becomes_get or (response.status == 303 and target.method != "HEAD"):
        return replace(target, method="GET", url=url, keeps_body=False, has_left=has_left)
    if has_left and target.method not in ("GET", "HEAD", "OPTIONS"):
        raise RequestFailed("http.redirect", f"a {target.method} is not sent to another host")
    return replace(target, url=url, has_left=has_left)
