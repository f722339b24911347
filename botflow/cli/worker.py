"""`botflow worker`: a process that runs queued turns, sends and timers for web processes elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from botflow.runtime.app import RuntimeOptions


def add_to(app: typer.Typer) -> None:
    app.command(epilog="Example: BOTFLOW_DATABASE_URL=postgresql://localhost/botflow botflow worker")(worker)


def worker(
    no_migrate: Annotated[bool, typer.Option("--no-migrate", help="Refuse to start on an older schema.")] = False,
) -> None:
    """Run queued turns, sends and timers, without a web server.

    It serves the workflows that `botflow serve` published to the same database, with the same BOTFLOW_SECRET_KEY.
    """
    from botflow.cli.launch import run_until_stopped, runtime_options
    from botflow.cli.logs import configure_logs
    from botflow.config import Settings
    from botflow.web.secret import secret_key

    configure_logs()
    settings = Settings.from_environment()
    key = secret_key(settings, dev=False)
    run_until_stopped(_work(runtime_options(settings, (), secret_key=key, worker=True, migrate=not no_migrate)))


async def _work(options: RuntimeOptions) -> None:
    import asyncio

    import structlog

    from botflow.cli.banner import database_name
    from botflow.cli.launch import settle_garbage_collector
    from botflow.runtime.app import open_runtime

    async with open_runtime(options):
        settle_garbage_collector()
        structlog.get_logger("botflow.worker").info(
            "worker_started", database=database_name(options.settings.botflow_database_url)
        )
        await asyncio.Event().wait()
