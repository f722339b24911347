"""`botflow worker`: a process that claims turns, sends and timers, beside separate web processes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from botflow.errors import UsageError

if TYPE_CHECKING:
    from botflow.records.queues import QueueName
    from botflow.runtime.options import RuntimeOptions

QUEUE = "Claim only this: turns (of conversations), executions (triggered runs) or effects. May be given several times."
WorkerFlows = Annotated[
    list[Path] | None,
    typer.Argument(metavar="[FLOW...]", help="The files that bring the actions of workflows.", show_default=False),
]
HEALTH = "Answer GET /healthz, /readyz and /metrics at this HOST:PORT. Anybody who reaches it may read them."


def add_to(app: typer.Typer) -> None:
    app.command(epilog="Example: botflow worker stock.py --concurrency 32 --queue turns --health 127.0.0.1:9000")(
        worker
    )


def worker(
    flows: WorkerFlows = None,
    concurrency: Annotated[int, typer.Option(help="How many sessions run at once.", min=1, max=1000)] = 64,
    queue: Annotated[list[str] | None, typer.Option(metavar="NAME", help=QUEUE)] = None,
    health: Annotated[str, typer.Option(metavar="HOST:PORT", help=HEALTH)] = "",
    no_migrate: Annotated[bool, typer.Option("--no-migrate", help="Refuse to start on an older schema.")] = False,
) -> None:
    """Claim turns that wait, send messages and fire timers, without a web server.

    It runs the workflows that `botflow serve` published to the same database, with the same BOTFLOW_SECRET_KEY. FLOW is
    needed for workflows with actions of their own: the same Python files that `botflow serve` gets. Their actions can
    run here then; nothing is published. What the worker cannot run, it leaves to others. SIGTERM stops it within twenty
    seconds; a turn that takes longer is released, and runs again elsewhere.
    """
    from botflow.cli.launch import run_until_stopped, runtime_options
    from botflow.cli.output.logging import configure_logs
    from botflow.redaction.known_secrets import KnownSecrets
    from botflow.runtime.flow_files import read_flow_files
    from botflow.runtime.process.worker import WorkerOptions
    from botflow.settings import Settings
    from botflow.web.auth.deployment_keys import deployment_keys

    options = WorkerOptions(concurrency=concurrency, queues=_queues(queue or ()))
    place = _place(health)
    known = KnownSecrets()
    settings = Settings.from_environment()
    configure_logs(known, level=settings.botflow_log_level, written_as=settings.botflow_log_format)
    keys = deployment_keys(settings, dev=False)
    files = read_flow_files(flows or ())
    for workflow in files.sources:
        files.compiled(workflow)  # a mistake in them is said now, and not when a turn needs them
    runtime = runtime_options(
        settings,
        replace(files, sources={}),  # what others publish is run
        keyring=keys,
        worker=options,
        migrate=not no_migrate,
        known_secrets=known,
        role="worker",
    )
    run_until_stopped(_work(runtime, place))


async def _work(options: RuntimeOptions, place: tuple[str, int] | None) -> None:
    from contextlib import AsyncExitStack

    import structlog

    from botflow.cli.launch import listen, settle_garbage_collector, stop_signal
    from botflow.cli.output.banner import database_name
    from botflow.runtime.app import open_runtime

    async with AsyncExitStack() as stack:
        # Bound first and served last: a port in use ends the command before it claims a turn.
        listening = stack.enter_context(listen(*place)) if place else None
        runtime = await stack.enter_async_context(open_runtime(options))
        if listening is not None:
            from botflow.web.health import serving_health

            await stack.enter_async_context(serving_health(runtime, listening))
        settle_garbage_collector()
        structlog.get_logger("botflow.worker").info(
            "worker_started",
            database=database_name(options.settings.botflow_database_url),
            queues=list(options.worker.queues if options.worker else ()),
            runs=[live.slug for live in runtime.flows.all()],
            cannot_run=runtime.flows.not_served(),
        )
        await stop_signal()


def _queues(names: list[str] | tuple[()]) -> tuple[QueueName, ...]:
    from botflow.records.queues import QUEUES

    for name in names:
        if name not in QUEUES:
            raise UsageError(
                f"there is no queue {name!r}", code="worker.queue", hint=f"the queues are {', '.join(QUEUES)}"
            )
    return tuple(queue for queue in QUEUES if queue in names) or QUEUES


def _place(address: str) -> tuple[str, int] | None:
    """Return host and port; None for no address."""
    if not address:
        return None
    host, _, port = address.rpartition(":")
    if not host or not port.isascii() or not port.isdigit() or len(port) > 5 or int(port) > 65535:
        raise UsageError(
            f"--health {address!r} is not HOST:PORT", code="worker.health", hint="for example --health 127.0.0.1:9000"
        )
    return host.strip("[]"), int(port)
