"""uvicorn with an orderly stop: open streams end first, because a stopping server would wait for them for ever."""

from __future__ import annotations

import socket
from collections.abc import Callable

import uvicorn
from starlette.applications import Starlette


class WebServer(uvicorn.Server):
    """Serves an application made by `create_app`; calls `on_started` once it takes connections."""

    def __init__(self, config: uvicorn.Config, app: Starlette, on_started: Callable[[], None] | None = None) -> None:
        super().__init__(config)
        self._app = app
        self._on_started = on_started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started and self._on_started is not None:
            self._on_started()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._app.state.streams.close()
        await super().shutdown(sockets)
