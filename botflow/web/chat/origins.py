"""Which web pages may call a workflow's chat: those of its `chat.origins`, else of BOTFLOW_ALLOWED_ORIGINS.

A page that this server sends itself may always call it. `cors` lets the others read the answers, and refuses all calls
of the rest before they do anything: by CORS alone a browser would hide the answer, but send the message.
https://fetch.spec.whatwg.org/#origin-header
"""

from __future__ import annotations

from collections.abc import Collection
from urllib.parse import urlsplit

from starlette.types import Scope

from botflow.errors import RejectedInbound
from botflow.runtime.served_flows import LiveFlow
from botflow.web.asgi import header
from botflow.web.context import Desk
from botflow.web.embedding.mount import route_path

EVERYWHERE = "*"
_CHAT, _WIDGET, _LOOK = "chat", "widget", "look"


def is_about_chat(scope: Scope) -> bool:
    """Whether pages of other sites may have a reason to send this: it is for the chat, or for the widget's files."""
    return _place(scope)[0] in (_CHAT, _WIDGET)


def is_public(scope: Scope) -> bool:
    """Whether any page may read this: the widget's files, and how a workflow's chat looks."""
    kind, _, rest = _place(scope)
    return kind == _WIDGET or (kind == _CHAT and rest == _LOOK)


def origins_of(desk: Desk, scope: Scope) -> Collection[str]:
    """Return the sites whose pages may send this request. For a name that no workflow has they are those of a workflow
    that names none: who is refused cannot tell the two apart."""
    if is_public(scope):
        return (EVERYWHERE,)
    try:
        own = desk.runtime.flows.get(_place(scope)[1]).flow.chat.origins
    except RejectedInbound:
        own = ()
    return own or desk.settings.botflow_allowed_origins


def check_origin(desk: Desk, scope: Scope) -> None:
    """RejectedInbound `origin.refused` (403) for a request or a WebSocket handshake below `/chat/` that a page of
    another site sends, unless its site is allowed. Programs send no Origin, and are not concerned."""
    origin = header(scope, b"origin")
    if origin is None or is_own(desk, scope, origin):
        return
    allowed = origins_of(desk, scope)
    if EVERYWHERE not in allowed and origin not in allowed:
        raise RejectedInbound(
            "pages of this site may not use this chat",
            code="origin.refused",
            hint="add the site to the workflow's document, chat: {origins: [...]}, or to BOTFLOW_ALLOWED_ORIGINS",
            status=403,
        )


def is_own(desk: Desk, scope: Scope, origin: str) -> bool:
    """Whether this server sent the page. A browser says so itself; an older one is believed when the page's host is the
    request's, or that of BOTFLOW_PUBLIC_URL. A proxy may speak http to us for a page of https."""
    if header(scope, b"sec-fetch-site") == "same-origin":  # no page can set it
        return True
    scheme, _, host = origin.partition("://")
    hosts = (header(scope, b"host"), urlsplit(desk.settings.botflow_public_url or "").netloc)
    return scheme in ("https", "http") and host != "" and host in hosts


def frame_ancestors(live: LiveFlow) -> str:
    """Return the directive of the policy of a workflow's page (CSP): which sites may show the page in a frame."""
    return " ".join(("frame-ancestors", *(live.flow.chat.frames or ("'none'",))))


def _place(scope: Scope) -> tuple[str, str, str]:
    """Return the path's first two segments, and the rest."""
    _, kind, name, rest = f"{route_path(scope)}///".split("/", 3)
    return kind, name, rest.rstrip("/")
