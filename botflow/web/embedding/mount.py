"""Paths under a mount: which part of a request's path is the parent's, and which part is ours.

ASGI says that `path` includes `root_path` (https://asgi.readthedocs.io/en/latest/specs/www.html#http-connection-scope),
and Starlette does so since 0.33. Older versions, and dispatchers written by hand, take the mount's part away from
`path`. Here every request gets the first form.
"""

from __future__ import annotations

from urllib.parse import quote, unquote

from starlette.types import Scope

# What a parent's router leaves in a scope: its path parameters would be mistaken for ours.
_OF_PARENT = ("app", "app_root_path", "endpoint", "path_params", "route", "router", "starlette.exception_handlers")


def own_scope(scope: Scope) -> Scope:
    """Return the request's scope as it would be without a parent, except for `root_path`.

    `path` and `raw_path` include `root_path`; `raw_path` has as many segments of it.
    """
    if not scope.get("root_path") and "app" not in scope and scope.get("raw_path"):
        return scope  # the ordinary case: a server of our own
    own = {name: value for name, value in scope.items() if name not in _OF_PARENT}
    root = scope.get("root_path", "").rstrip("/")
    raw = (scope.get("raw_path") or quote(scope["path"]).encode()).partition(b"?")[0]
    route = _below(scope["path"], root, unquote(raw.decode("latin-1")))
    raw_root, raw_route = _split(raw, root, route)
    own |= {"root_path": root, "path": root + route, "raw_path": raw_root + raw_route}
    own.setdefault("query_string", b"")
    own.setdefault("scheme", "http")
    return own


def as_request(scope: Scope) -> Scope:
    """Return a WebSocket's scope with what its handshake, a GET request, says besides."""
    scheme = {"wss": "https", "ws": "http"}.get(scope.get("scheme", "ws"), "http")
    return {**scope, "method": "GET", "scheme": scheme}


def route_path(scope: Scope) -> str:
    """Return the path below the mount, of a scope that `own_scope` made; "" at the mount's own path."""
    path: str = scope["path"][len(scope.get("root_path", "")) :]
    return path


def raw_route_path(scope: Scope) -> str:
    """Return `route_path` as the client wrote it, with its percent signs."""
    raw: bytes = scope["raw_path"]
    root: str = scope.get("root_path", "")
    return str(raw if not root else b"/" + raw.split(b"/", root.count("/") + 1)[-1], "latin-1")


def _below(path: str, root: str, written: str) -> str:
    """Return the path below `root`. `written` is the whole path as the client wrote it, where the server tells."""
    has_root = path == root or path.startswith(root + "/")
    was_taken_away = written == root + path and written != path
    return path.removeprefix(root) if has_root and not was_taken_away else path


def _split(raw: bytes, root: str, route: str) -> tuple[bytes, bytes]:
    """Return the raw path's part of the mount, and the rest."""
    parts = raw.split(b"/", root.count("/") + 1)
    raw_root, raw_route = b"/".join(parts[:-1]), b"/" + parts[-1]
    if unquote((raw_root + raw_route).decode("latin-1")) == root + route:
        return raw_root, raw_route
    if unquote(raw.decode("latin-1")) == route:
        return quote(root).encode(), raw
    return quote(root).encode(), quote(route).encode()
