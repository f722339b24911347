"""Makes RuntimeOptions, a listening socket and an event loop with an orderly stop, from arguments and environment.

Shared by serve, worker and chat; the options at the top by all commands.
"""

from __future__ import annotations

import gc
import os
import signal
import socket
from collections.abc import Coroutine, Mapping
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from botflow.errors import UsageError

if TYPE_CHECKING:
    from botflow.keyring import Keyring
    from botflow.redaction.known_secrets import KnownSecrets
    from botflow.runtime.flow_files import FlowFiles
    from botflow.runtime.options import RuntimeOptions
    from botflow.runtime.process.worker import WorkerOptions
    from botflow.settings import EnvironmentSettings, Settings

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]
BACKLOG = 2048  # connections that wait to be accepted; uvicorn's default
FlowPaths = Annotated[
    list[Path],
    typer.Argument(
        metavar="FLOW...", help="One or more .yaml, .yml, .json or .py files or folders.", show_default=False
    ),
]


def runtime_options(
    settings: Settings,
    files: FlowFiles,
    *,
    keyring: Keyring,
    worker: WorkerOptions | None,
    migrate: bool,
    known_secrets: KnownSecrets,
    role: Literal["serve", "worker", "chat"],
    sends: bool = True,
    restores: bool = False,
) -> RuntimeOptions:
    """Compile the flow files and return the options to run; FlowProblems when anything is wrong with them."""
    from botflow.runtime.options import RuntimeOptions

    return RuntimeOptions(
        settings=settings,
        keyring=keyring,
        flows=[files.bundle(workflow) for workflow in files.sources],
        worker=worker,
        migrate=migrate,
        plugins=files.plugins,
        environment=os.environ,
        sends=sends,
        known_secrets=known_secrets,
        role=role,
        restores=restores,
    )


def known_secrets(environment: Mapping[str, str]) -> KnownSecrets:
    """Return the secrets of all settings; those of a plugin whose settings are invalid are not read by anyone."""
    from botflow.plugins import installed_plugins
    from botflow.redaction.known_secrets import KnownSecrets
    from botflow.settings import Settings

    secrets: list[str] = []
    kinds: list[type[EnvironmentSettings]] = [Settings, *(plugin.settings for plugin in installed_plugins())]
    for kind in kinds:
        with suppress(UsageError):
            secrets += kind.from_environment(environment).secrets()
    return KnownSecrets(secrets)


def collect_garbage_seldom() -> None:
    """Let the collector run after 50,000 new objects instead of 700.

    It would take a sixth of the time in which a command loads, and a tenth of a turn's CPU time: what is loaded is
    never freed, and a turn leaves few cycles.
    """
    gc.set_threshold(50_000, 20, 20)


def run_until_stopped(work: Coroutine[Any, Any, None]) -> None:
    """Run `work` on uvloop; SIGINT and SIGTERM end it as KeyboardInterrupt, raised where it awaits."""
    import asyncio

    signal.signal(signal.SIGTERM, _interrupt)
    signal.signal(signal.SIGINT, _interrupt)
    with asyncio.Runner(loop_factory=_loop_factory()) as runner, suppress(KeyboardInterrupt):
        runner.run(work)


async def stop_signal() -> None:
    """Wait for SIGINT or SIGTERM, so that running work can end in order; a second signal interrupts it at once."""
    import asyncio

    loop, stopped = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        try:
            loop.add_signal_handler(number, stopped.set)
        except NotImplementedError:  # Windows: there `run_until_stopped` interrupts
            break
    try:
        await stopped.wait()
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, _interrupt)


def listen(host: str, port: int) -> socket.socket:
    """Bind the port before anything else starts: a port in use is the most likely mistake.

    It also listens: a port that is only bound could be bound by another process too. Clients that connect before the
    server accepts have to wait.
    """
    listening = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(BACKLOG)
    except OSError as failure:
        listening.close()
        raise UsageError(
            f"cannot listen on {host} port {port}: {failure.strerror or failure}",
            code="serve.address",
            hint=f"choose another port, for example {port + 1}",
        ) from None
    return listening


def settle_garbage_collector() -> None:
    """Let the collector of a long-running process pass over what exists by now, since everything has started: it is
    never freed."""
    gc.freeze()


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _loop_factory() -> Any:
    try:
        import uvloop
    except ImportError:  # Windows has none
        return None
    return uvloop.new_event_loop
