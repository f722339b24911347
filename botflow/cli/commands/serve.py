"""`botflow serve`: web and worker in one process, on SQLite or Postgres."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from botflow.errors import ProviderError

if TYPE_CHECKING:
    from botflow.cli.flow_watch import Seen
    from botflow.runtime.app import Runtime
    from botflow.runtime.flow_files import FlowFiles
    from botflow.runtime.options import RuntimeOptions
    from botflow.settings import Settings
    from botflow.storage.workflow_versions import OlderInUse

COUNT_WITHIN_S = 1.0  # what goes on in older versions
STOP_WITHIN_S = 30  # providers and the chat page wait no longer than 25 s for an answer
DEV = """For development: a chat page for each workflow, from / on, a secret key made on first use and kept beside the
database, and webhooks without a signature while no secret is set that could verify them. It relaxes nothing else. A
flow file that is saved is served again within a second; so is one that was served before in another version."""


def add_to(app: typer.Typer) -> None:
    app.command(epilog="Example: botflow serve examples/03_support_router.yaml --dev")(serve)


def serve(
    flows: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[FLOW]...",
            help="Flow files or folders to publish; those published before are served anyway.",
        ),
    ] = None,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The port to listen on.", min=0, max=65535)] = 8000,
    dev: Annotated[bool, typer.Option("--dev", help=DEV)] = False,
    no_worker: Annotated[bool, typer.Option("--no-worker", help="Leave turns to `botflow worker` processes.")] = False,
    no_migrate: Annotated[bool, typer.Option("--no-migrate", help="Refuse to start on an older schema.")] = False,
) -> None:
    """Serve flows to phones and chat pages.

    A flow file that changed becomes a new version; conversations under way keep theirs. A file that is older than what
    is served does not take over: the server says which version it would be, and serves the newer one.
    """
    from botflow.cli.flow_watch import seen
    from botflow.cli.launch import listen, run_until_stopped, runtime_options
    from botflow.cli.output.logging import configure_logs
    from botflow.redaction.known_secrets import KnownSecrets
    from botflow.runtime.flow_files import read_flow_files
    from botflow.runtime.process.worker import WorkerOptions
    from botflow.settings import Settings
    from botflow.web.auth.deployment_keys import deployment_keys

    known = KnownSecrets()
    settings = Settings.from_environment()
    configure_logs(known, level=settings.botflow_log_level, written_as=settings.botflow_log_format)
    before = seen(flows or ())
    files = read_flow_files(flows or ())
    options = runtime_options(
        settings,
        files,
        keyring=deployment_keys(settings, dev=dev, host=host),
        worker=None if no_worker else WorkerOptions(),
        migrate=not no_migrate,
        known_secrets=known,
        role="serve",
        restores=dev,
    )
    with listen(host, port) as listening:
        run_until_stopped(_serve(options, settings, listening, flows or (), files, before, dev=dev))


async def _serve(
    options: RuntimeOptions,
    settings: Settings,
    listening: socket.socket,
    paths: Sequence[Path],
    files: FlowFiles,
    before: Seen,
    *,
    dev: bool,
) -> None:
    """Open the runtime, serve until a signal comes, close it. Errors of opening are printed, not logged."""
    from botflow.cli.flow_watch import FlowWatch
    from botflow.cli.launch import settle_garbage_collector
    from botflow.cli.output.banner import print_banner
    from botflow.cli.output.flow_warnings import warning_count, warning_lines
    from botflow.web.application import Application
    from botflow.web.serving.server import WebServer, server_config

    app = Application(options, dev=dev)
    async with app.started() as runtime:
        config = server_config(
            app,
            proxies=settings.botflow_trusted_proxies,
            refused=runtime.measurements.refused,
            lifespan="off",  # it has started
            timeout_graceful_shutdown=STOP_WITHIN_S,
        )
        settle_garbage_collector()
        announce = partial(
            print_banner,
            runtime,
            _address(listening),
            dev=dev,
            worker=options.worker is not None,
            redis_answers=runtime.counter is not None and await runtime.counter.answers(),
            older=await _older_in_use(runtime),
            warnings="" if dev else warning_count(files, paths),
        )
        if dev:
            for line in warning_lines(files, paths, options.known_secrets):
                typer.echo(line)
        watch = (
            FlowWatch(paths, files, before, runtime.flows, options.known_secrets, typer.echo).running()
            if dev and paths
            else nullcontext()
        )
        async with watch:
            await WebServer(config, app.close_streams, announce).serve([listening])


async def _older_in_use(runtime: Runtime) -> OlderInUse | None:
    """Return what goes on in older versions; None when to count it takes long: a server starts without that."""
    import asyncio

    try:
        async with asyncio.timeout(COUNT_WITHIN_S):
            return await runtime.database.flows.older_in_use()
    except (TimeoutError, ProviderError):
        return None


def _address(listening: socket.socket) -> str:
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
