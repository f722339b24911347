"""botflow as an ASGI application: alone in a server, or mounted under a path of another application.

It starts with its lifespan and stops with it; then it can start again. Nothing of it is global, so that a process can
have several. `botflow serve` serves the same application.
"""

from __future__ import annotations

import traceback
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.types import ASGIApp, Receive, Send
from starlette.types import Scope as HttpScope

from botflow.errors import BotflowError, UsageError
from botflow.plugins import chat_protocols, chat_widget, installed_plugins
from botflow.records.access import Principal, Scope
from botflow.runtime.app import Runtime, open_runtime
from botflow.runtime.options import RuntimeOptions
from botflow.runtime.tracing.tracing import Tracing
from botflow.service.service import Service
from botflow.storage.organizations import DEFAULT_ORGANIZATION, find_organization, home_organization
from botflow.web.app import Routes
from botflow.web.asgi import send_bytes
from botflow.web.auth.callers import Gate
from botflow.web.auth.recognisers import recognisers_of
from botflow.web.auth.tickets import Tickets
from botflow.web.auth.user_tokens import UserTokens
from botflow.web.chat.file_links import FileLinks
from botflow.web.chat.stream_news import StreamNews
from botflow.web.chat.streams import Streams
from botflow.web.chat.waits import Waits
from botflow.web.context import Desk
from botflow.web.embedding.mount import as_request, own_scope, route_path
from botflow.web.embedding.stop_signal import at_stop_signal
from botflow.web.middleware.request_spans import RequestSpans
from botflow.web.problem import Problem, send_problem
from botflow.web.quiet_log import QuietLog
from botflow.web.requests.addresses import TrustedProxies
from botflow.web.requests.rate_limits import RateLimiter
from botflow.web.requests.request_bodies import BODY_WITHIN_S, OpenBodies

_NOT_STARTED = Problem(
    status=503,
    code="app.not_started",
    detail="this botflow has not started, or has stopped",
    hint="its lifespan must run in the application that it is mounted in: Starlette(lifespan=bot.lifespan)",
    headers={"retry-after": "2"},
)


class Application:
    """An ASGI application. A server runs its lifespan; a parent application that mounts it must do so."""

    def __init__(self, options: RuntimeOptions, *, dev: bool) -> None:
        self._options = options
        self._dev = dev
        plugins = [*installed_plugins(), *options.plugins]
        protocols, widget = chat_protocols(plugins), chat_widget(plugins)
        self._routes = Routes(dev=dev, protocols=protocols.values(), widget=widget)
        self._is_open = False
        self._desk: Desk | None = None
        self._answering: ASGIApp = self._routes

    async def __call__(self, scope: HttpScope, receive: Receive, send: Send) -> None:
        match scope["type"]:
            case "http":
                await self._respond(scope, receive, send)
            case "websocket":
                await receive()  # websocket.connect
                await self._respond(as_request(scope), receive, send)
            case "lifespan":
                await self._run_lifespan(receive, send)
            case other:
                raise UsageError(f"an ASGI connection of the type {other!r}", code="app.scope")

    @asynccontextmanager
    async def lifespan(self, parent: object = None) -> AsyncIterator[None]:
        """Run botflow during the block. Give it to the parent application: `Starlette(lifespan=bot.lifespan)`, or enter
        it in a lifespan of the parent's own. UsageError and ProviderError say why it cannot start."""
        async with self.started(body_within_s=BODY_WITHIN_S):
            with at_stop_signal(self.close_streams):
                yield

    @asynccontextmanager
    async def started(self, body_within_s: float | None = None) -> AsyncIterator[Runtime]:
        """`lifespan` for a server of our own, which bounds the time of bodies and calls `close_streams` itself."""
        if self._is_open:
            raise UsageError(
                "this botflow has started already",
                code="app.started_twice",
                hint="run its lifespan once: in the server, or in the application that it is mounted in",
            )
        self._is_open = True
        try:
            async with open_runtime(self._options) as runtime:
                home = await runtime.database.engine.read(home_organization)
                desk = self._open_desk(runtime, home, body_within_s)
                self._answering = self._traced(runtime.tracing)
                async with desk.news.looking():
                    self._desk = desk
                    try:
                        yield runtime
                    finally:
                        desk.streams.close()
                        self._desk = None
        finally:
            self._is_open = False

    async def service(self, *, actor: str = "application", organization: str = DEFAULT_ORGANIZATION) -> Service:
        """Return the calls of the API as Python methods, for an organization; everything is allowed.

        `actor` is what the audit log names. UsageError `organization.unknown`.
        """
        runtime = self.desk.runtime
        found = await runtime.database.engine.read(find_organization, organization)
        if found is None:
            raise UsageError(
                f"there is no organization {organization!r}",
                code="organization.unknown",
                hint="GET /api/v1/organizations lists them",
            )
        return Service(runtime, Principal(organization=found.id, actor=actor, scopes=frozenset(Scope)))

    def close_streams(self) -> None:
        """End the open streams and take no new ones: a server that stops would wait for them. Clients resume."""
        if self._desk is not None:
            self._desk.streams.close()

    @property
    def desk(self) -> Desk:
        """The objects of the application, while it runs."""
        assert self._desk is not None, "it has not started"
        return self._desk

    async def _respond(self, scope: HttpScope, receive: Receive, send: Send) -> None:
        desk = self._desk
        if desk is None:
            await send_problem(_NOT_STARTED, scope, receive, send)
            return
        scope = own_scope(scope)
        if root := scope.get("root_path"):
            desk.runtime.callbacks.mounted_under(root)
            if not route_path(scope) and scope["type"] == "http":
                if scope["method"] in ("GET", "HEAD"):
                    await _redirect_into(root, scope, send)
                    return
                scope["path"] += "/"
        scope["state"] = {"desk": desk}
        await self._answering(scope, receive, send)

    async def _run_lifespan(self, receive: Receive, send: Send) -> None:
        """Speak the lifespan protocol: https://asgi.readthedocs.io/en/latest/specs/lifespan.html"""
        await receive()
        phase = "startup"
        try:
            async with self.lifespan():
                await send({"type": "lifespan.startup.complete"})
                phase = "shutdown"
                await receive()
        except BaseException as failure:
            await send({"type": f"lifespan.{phase}.failed", "message": _reason(failure)})
            raise
        await send({"type": "lifespan.shutdown.complete"})

    def _traced(self, tracing: Tracing) -> ASGIApp:
        return RequestSpans(self._routes, self._routes.templates, tracing) if tracing.is_on else self._routes

    def _open_desk(self, runtime: Runtime, home: int, body_within_s: float | None) -> Desk:
        settings, key = self._options.settings, self._options.settings.botflow_api_key
        quiet_log = QuietLog()
        return Desk(
            runtime=runtime,
            settings=settings,
            gate=Gate(self._options.keyring, key.get_secret_value() if key else None, home, recognisers_of(runtime)),
            tickets=Tickets(self._options.keyring),
            users=UserTokens(runtime.vault, quiet_log, settings.botflow_public_url),
            limiter=RateLimiter(runtime.clock, runtime.counter),
            bodies=OpenBodies(within_s=body_within_s),
            waits=Waits(),
            streams=Streams(),
            links=FileLinks(self._options.keyring, runtime.callbacks.base),
            quiet_log=quiet_log,
            news=StreamNews(runtime.database.transcripts, runtime.hub),
            proxies=TrustedProxies(settings.botflow_trusted_proxies),
            providers={channel.name: channel for channel in runtime.channels.values()},
            dev=self._dev,
        )


async def _redirect_into(root: str, scope: HttpScope, send: Send) -> None:
    """Redirect /bot to /bot/, where the page's relative addresses lead to its files.

    The new address is relative too: a proxy may have taken a part of the path away that we do not know.
    """
    name = scope["raw_path"].rpartition(b"/")[2] or root.rpartition("/")[2].encode()
    query = scope["query_string"]
    await send_bytes(send, 307, b"", (b"location", b"./" + name + b"/" + (b"?" + query if query else b"")))


def _reason(failure: BaseException) -> str:
    """Return why it did not start: a mistake of the operator in a sentence, anything else with its traceback."""
    if isinstance(failure, BotflowError):
        return f"{failure.code}: {failure}"
    return "".join(traceback.format_exception(failure))
