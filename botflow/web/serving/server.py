"""uvicorn with bounded connections and an orderly stop.

At a stop the open streams end first: a stopping server would wait for them for ever.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, cast

import uvicorn
from starlette.types import ASGIApp

from botflow.web.requests.addresses import Network, TrustedProxies
from botflow.web.serving.connections import Connections, most_connections
from botflow.web.serving.http_protocol import BoundedHttp, HttpBounds
from botflow.web.serving.socket_protocol import BoundedSocket, SocketBounds


def server_config(
    app: ASGIApp,
    *,
    proxies: Sequence[Network] = (),
    bounds: HttpBounds = HttpBounds(),  # noqa: B008 -- a frozen value
    sockets: SocketBounds = SocketBounds(),  # noqa: B008 -- likewise
    refused: Callable[[str], None] = lambda code: None,
    **uvicorns: Any,
) -> uvicorn.Config:
    """Return the configuration of every web server of botflow; `uvicorns` are further options of uvicorn. `refused` is
    told the code of each request that does not get as far as the application."""
    connections = Connections(TrustedProxies(proxies), most=most_connections())
    protocol = partial(BoundedHttp, connections=connections, bounds=bounds, refused=refused)
    return uvicorn.Config(
        app,
        http=cast(type[BoundedHttp], protocol),  # uvicorn only calls it
        ws=cast(type[BoundedSocket], partial(BoundedSocket, connections=connections, bounds=sockets)),  # likewise
        ws_max_size=sockets.largest_message,
        ws_ping_interval=sockets.ping_every_s,
        ws_ping_timeout=sockets.pong_within_s,
        ws_per_message_deflate=False,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,  # `addresses` reads forwarded headers, of trusted proxies only
        timeout_keep_alive=bounds.idle_s,
        **uvicorns,
    )


class WebServer(uvicorn.Server):
    """Serves until a signal comes. `close_streams` is called before it waits for its connections to end, `on_started`
    once it takes connections."""

    def __init__(
        self,
        config: uvicorn.Config,
        close_streams: Callable[[], None],
        on_started: Callable[[], None] | None = None,
    ) -> None:
        super().__init__(config)
        self._close_streams = close_streams
        self._on_started = on_started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started and self._on_started is not None:
            self._on_started()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._close_streams()
        await super().shutdown(sockets)
