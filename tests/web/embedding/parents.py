"""Applications that botflow is mounted in, each behind an ordinary uvicorn, as people run them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import uvicorn
from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from botflow.web.application import Application

Parent = Callable[[Application], ASGIApp]


async def home(request: Request) -> PlainTextResponse:
    return PlainTextResponse("the parent's page")


def alone(bot: Application) -> ASGIApp:
    return bot


def starlette(bot: Application) -> ASGIApp:
    return Starlette(routes=[Mount("/bot", bot), Route("/", home)], lifespan=bot.lifespan)


def nested(bot: Application) -> ASGIApp:
    inner = Starlette(routes=[Mount("/our bot", bot)])
    return Starlette(routes=[Mount("/{node}/{workflow}", inner), Route("/", home)], lifespan=bot.lifespan)


def twice_the_same_word(bot: Application) -> ASGIApp:
    return Starlette(routes=[Mount("/chat", bot)], lifespan=bot.lifespan)


def fastapi(bot: Application) -> ASGIApp:
    app = FastAPI(lifespan=bot.lifespan)
    app.mount("/bot", bot)

    @app.middleware("http")
    async def passes_on(request, call_next):  # type: ignore[no-untyped-def]
        return await call_next(request)

    return app


def by_path(bot: Application) -> ASGIApp:
    """As the documentation shows it for Django, which has no lifespan."""

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await bot(scope, receive, send)
        elif scope["path"] == "/bot" or scope["path"].startswith("/bot/"):
            await bot({**scope, "root_path": "/bot"}, receive, send)
        else:
            await PlainTextResponse("the parent's page")(scope, receive, send)

    return application


def taking_away(path: str) -> Parent:
    """A dispatcher that takes the mount's part away from `path`, as Starlette did before 0.33."""

    def parent(bot: Application) -> ASGIApp:
        async def application(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != "lifespan":
                scope = {**scope, "root_path": path, "path": scope["path"].removeprefix(path) or "/"}
            await bot(scope, receive, send)

        return application

    return parent


def without_raw_path(bot: Application) -> ASGIApp:
    """As a server that gives only what ASGI requires."""

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        optional = ("raw_path", "client", "server", "state", "extensions")
        given = {name: value for name, value in scope.items() if name not in optional}
        await bot(given | ({} if scope["type"] == "lifespan" else {"root_path": "/bot"}), receive, send)

    return application


# By name: the parent, and the path below which it serves botflow.
PARENTS: dict[str, tuple[Parent, str]] = {
    "alone": (alone, ""),
    "Starlette": (starlette, "/bot"),
    "nested": (nested, "/a/b/our%20bot"),
    "at /chat": (twice_the_same_word, "/chat"),
    "FastAPI": (fastapi, "/bot"),
    "by path": (by_path, "/bot"),
    "path taken away": (taking_away("/bot"), "/bot"),
    "path taken away at /chat": (taking_away("/chat"), "/chat"),
    "without raw_path": (without_raw_path, "/bot"),
}


@asynccontextmanager
async def running(app: ASGIApp, **uvicorns: object) -> AsyncIterator[str]:
    """Serve `app` by an ordinary uvicorn in this event loop; yield its address."""
    config = uvicorn.Config(app, host="127.0.0.1", port=0, log_config=None, **uvicorns)  # type: ignore[arg-type]
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    async with asyncio.timeout(20):
        while not server.started:
            assert not serving.done(), "it did not start"
            await asyncio.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        await serving
