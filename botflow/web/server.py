"""uvicorn, ended properly: open streams end first, or a stopping server would wait for readers that never leave."""

from __future__ import annotations

import socket

import uvicorn
from starlette.applications import Starlette


class WebServer(uvicorn.Server):
    """Serves an application made by `create_app`."""

    def __init__(self, config: uvicorn.Config, app: Starlette) -> None:
        super().__init__(config)
        self._app = app

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._app.state.streams.close()
        await super().shutdown(sockets)
