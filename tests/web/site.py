"""A whole botflow for the web's tests: a real runtime on a real database, behind a real uvicorn on loopback."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from types import MappingProxyType
from typing import Any

import httpx2
import uvicorn.server
from sqlalchemy import select

from botflow.engine.asks import Answer, AskModel
from botflow.flow.compile import compile_flow
from botflow.flow.document import parse
from botflow.interfaces import OnDelta
from botflow.keyring import Keyring
from botflow.plugins import Plugin
from botflow.records.workflows import WorkflowStatus
from botflow.runtime.app import Runtime, node_types
from botflow.runtime.options import RuntimeOptions
from botflow.runtime.process.overload import Bounds
from botflow.runtime.process.timing import Timing
from botflow.runtime.process.worker import WorkerOptions
from botflow.settings import Settings
from botflow.storage.tables import metadata, processes, sessions
from botflow.testing import VirtualClock
from botflow.web.application import Application
from botflow.web.context import Desk
from botflow.web.requests.addresses import Network
from botflow.web.serving.http_protocol import HttpBounds
from botflow.web.serving.server import WebServer, server_config
from tests.local_client import local_client

API_KEY = "test-api-key-0123456789"
SECRET = "test-secret-key-0123456789-0123456789"
TWILIO_TOKEN = "12345"
PUBLIC_URL = "https://bots.example.com"

ORDER = """
botflow: 1
id: order
name: Pizza order
nodes:
  - {id: opened, type: chatbot, actionType: opened, next: hello}
  - {id: start, type: chatbot, actionType: message_received, next: ask_name}
  - {id: hello, type: chatbot, actionType: say, properties: {text: "Welcome to Luigi's!"}, next: ask_name}
  - {id: ask_name, type: chatbot, actionType: ask, properties: {text: "What's your name?", variable: name}, next: menu}
  - id: menu
    type: chatbot
    actionType: menu
    properties:
      text: "What would you like, {{ name }}?"
      options: [{id: pizza, label: Pizza}, {id: salad, label: Salad}]
    on: {pizza: pizza, salad: salad}
  - {id: pizza, type: chatbot, actionType: say, properties: {text: "One pizza for {{ name }}."}}
  - {id: salad, type: chatbot, actionType: say, properties: {text: "One salad for {{ name }}."}}
"""

# The same, and its visitors say which answers were good.
RATED = ORDER.replace("id: order\n", "id: rated\nchat: {feedback: true}\n", 1)

TALK = """
botflow: 1
id: talk
name: Talk
nodes:
  - {id: start, type: chatbot, actionType: message_received, next: answer}
  - {id: answer, type: ai, actionType: reply, properties: {instructions: "Answer.", fallback: "I cannot say."}}
"""


@dataclass(slots=True)
class HeldModel:
    """A model under a test's control: it says its pieces one by one, and goes on when told to."""

    pieces: tuple[str, ...] = ("Let me ", "think ", "about that.")
    name: str = "held"
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    go_on: asyncio.Event = field(default_factory=asyncio.Event)
    calls: int = 0

    async def answer(self, ask: AskModel, on_delta: OnDelta | None = None) -> Answer:
        self.calls += 1
        for piece in self.pieces[:-1]:
            if on_delta is not None:
                await on_delta(piece)
        self.begun.set()
        await self.go_on.wait()
        if on_delta is not None:
            await on_delta(self.pieces[-1])
        return Answer(value="".join(self.pieces), usage={"model": self.name})

    async def close(self) -> None:
        return None


@dataclass(slots=True)
class MovableClock:
    """This machine's clock, moved on by as much as a test says."""

    ahead_s: float = 0.0

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic_s(self) -> float:
        return asyncio.get_running_loop().time() + self.ahead_s


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A running server, and a client that calls it."""

    url: str
    app: Application
    runtime: Runtime
    client: httpx2.AsyncClient
    clock: MovableClock

    @property
    def desk(self) -> Desk:
        return self.app.desk

    def hold_the_minute(self) -> None:
        """Count all calls from now on within one minute of one day, however long they take."""
        self.desk.limiter._clock = VirtualClock(datetime(2026, 11, 21, 12, 0, 30, tzinfo=UTC))

    async def visit(self, workflow: str = "order") -> Visit:
        """Open an anonymous session."""
        opened = await self.client.post(f"/chat/{workflow}/sessions")
        assert opened.status_code == 201, opened.text
        return Visit(self, workflow, opened.json())

    async def set_status(self, workflow: str, status: WorkflowStatus) -> None:
        """Put a workflow into service, or take it out."""
        await self.runtime.database.flows.set_status(workflow, status)
        await self.runtime.flows.refresh()

    async def state_hash(self) -> str:
        """Return a hash over every row of every table that a turn or a webhook may write; a beat is neither."""
        digest = hashlib.sha256()
        written = [table for table in metadata.sorted_tables if table is not processes]
        tables = await self.runtime.database.engine.read(
            lambda connection: [connection.execute(select(table)).all() for table in written]
        )
        for rows in tables:
            for row in sorted(map(repr, rows)):
                digest.update(row.encode())
        return digest.hexdigest()


@dataclass(frozen=True, slots=True)
class Visit:
    """An anonymous visitor with a session token."""

    site: Site
    workflow: str
    opened: dict[str, Any]

    @property
    def headers(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.opened['token']}"}

    @property
    def external_id(self) -> str:
        visitor = self.site.desk.gate.visitor(self.opened["token"])
        return visitor.external_id

    async def number(self) -> int:
        """Return the number of the session's row, which a visitor is not told."""
        query = select(sessions.c.id).where(sessions.c.external_id == self.external_id)
        found: int = await self.site.runtime.database.engine.read(
            lambda connection: connection.execute(query).scalar_one()
        )
        return found

    async def post(self, **body: Any) -> httpx2.Response:
        return await self.site.client.post(f"/chat/{self.workflow}/messages", json=body, headers=self.headers)

    async def say(self, text: str, **more: Any) -> list[str]:
        """Post a message and return the texts of the answer."""
        response = await self.post(text=text, **more)
        assert response.status_code == 200, response.text
        return texts(response.json())

    async def history(self, query: str = "") -> dict[str, Any]:
        response = await self.site.client.get(f"/chat/{self.workflow}/messages{query}", headers=self.headers)
        assert response.status_code == 200, response.text
        return dict(response.json())


def texts(answer: Mapping[str, Any]) -> list[str]:
    return [message["text"] for message in answer["messages"]]


@asynccontextmanager
async def open_site(
    database_url: str,
    *,
    dev: bool = False,
    model: HeldModel | None = None,
    flows: Sequence[str] = (ORDER, TALK),
    worker: WorkerOptions | None = WorkerOptions(),  # noqa: B008 -- a frozen value
    bounds: Bounds = Bounds(),  # noqa: B008 -- likewise
    timing: Timing = Timing(),  # noqa: B008 -- likewise
    http: HttpBounds = HttpBounds(),  # noqa: B008 -- likewise
    plugins: tuple[Plugin, ...] = (),
    environment: Mapping[str, str] = MappingProxyType({"TWILIO_AUTH_TOKEN": TWILIO_TOKEN}),
    **settings: Any,
) -> AsyncIterator[Site]:
    """Serve `flows` (the ones above) until the block ends. `settings` override the ones below,
    `environment` is where the integrations read theirs."""
    chosen = Settings(
        **{
            "botflow_database_url": database_url,
            "botflow_api_key": API_KEY,
            "botflow_secret_key": SECRET,
            "botflow_public_url": PUBLIC_URL,
            **settings,
        }
    )
    if model is not None:
        plugins = (*plugins, Plugin(name="held", model=lambda _: model))
    clock = MovableClock()
    options = RuntimeOptions(
        settings=chosen,
        keyring=Keyring(SECRET),
        flows=[_compiled(text, tuple(plugins)) for text in flows],
        migrate=False,
        worker=worker,
        plugins=plugins,
        environment=environment,
        clock=clock,
        bounds=bounds,
        timing=timing,
    )
    app = Application(options, dev=dev)
    async with (
        served(app, http, chosen.botflow_trusted_proxies) as url,
        local_client(base_url=url, timeout=30, limits=httpx2.Limits(max_connections=100)) as client,
    ):
        yield Site(url=url, app=app, runtime=app.desk.runtime, client=client, clock=clock)


class _QuickPauses:
    """asyncio as uvicorn's server sees it: it looks ten times a second whether it shall stop, and pauses once more
    while it stops. Two thousand tests would wait a fifth of a second each."""

    def __getattr__(self, name: str) -> Any:
        return getattr(asyncio, name)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / 10)


vars(uvicorn.server)["asyncio"] = _QuickPauses()


@asynccontextmanager
async def served(app: Application, bounds: HttpBounds, proxies: Sequence[Network]) -> AsyncIterator[str]:
    """Run the web server in this event loop, on a free port of loopback."""
    config = server_config(app, proxies=proxies, bounds=bounds, host="127.0.0.1", port=0, lifespan="on")
    started = asyncio.Event()
    server = WebServer(config, app.close_streams, started.set)
    running = asyncio.create_task(server.serve())
    async with asyncio.timeout(20):
        await started.wait()
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        await running


@cache  # hundreds of tests serve the same few flows
def _compiled(text: str, plugins: tuple[Plugin, ...]) -> tuple[Any, dict[str, Any]]:
    source = parse(text, name="test.yaml")
    documents = {source.document.id: source.to_json()}
    return compile_flow(documents, source.document.id, node_types(plugins)), documents
