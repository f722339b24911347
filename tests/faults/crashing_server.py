"""A botflow that kills itself at a named crash point: `main([FLOW, "--port", "8000", "--point", "turn.kept"])`.

The same composition as `botflow serve`, with every time scaled, and a listener to its crash points.
"""

from __future__ import annotations

import argparse
import os
import signal
import socket
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import cycle, pairwise
from pathlib import Path

from botflow.cli.launch import run_until_stopped, runtime_options
from botflow.cli.output.logging import configure_logs
from botflow.crash_points import EVENT, POINTS
from botflow.redaction.known_secrets import KnownSecrets
from botflow.runtime.flow_files import read_flow_files
from botflow.runtime.options import RuntimeOptions
from botflow.runtime.process.overload import Bounds
from botflow.runtime.process.timing import Timing
from botflow.runtime.process.worker import WorkerOptions
from botflow.settings import Settings
from botflow.web.application import Application
from botflow.web.auth.deployment_keys import deployment_keys
from botflow.web.serving.server import WebServer, server_config
from tests.faults.timing import SCALE, scale_sends

JUMP_S = 2.0
DIES_AT = "this process dies at "


def die_at(point: str, hits: int) -> None:
    """End this process, without any clean-up, the `hits`-th time it comes to `point`."""
    left = hits

    def listen(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal left
        if event == EVENT and arguments == (point,):
            left -= 1
            if left == 0:
                os.write(sys.stderr.fileno(), f"{DIES_AT}{point}\n".encode())
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(listen)


@contextmanager
def wrong_clock(offs_s: list[float]) -> Iterator[None]:
    """Let this process believe in a wall clock that is off, and jumps to the next offset every two seconds."""
    if not offs_s:
        yield
        return
    import time_machine

    stopped = threading.Event()
    with time_machine.travel(datetime.now(UTC) + timedelta(seconds=offs_s[0]), tick=True) as machine:

        def jump() -> None:
            for before_s, off_s in pairwise(cycle(offs_s)):
                if stopped.wait(JUMP_S):
                    return
                machine.shift(off_s - before_s)

        threading.Thread(target=jump, daemon=True).start()
        try:
            yield
        finally:
            stopped.set()


async def serve(options: RuntimeOptions, settings: Settings, port: int) -> None:
    with socket.create_server(("127.0.0.1", port), reuse_port=False) as listening:
        app = Application(options, dev=False)
        async with app.started():
            config = server_config(app, proxies=settings.botflow_trusted_proxies, lifespan="off")
            await WebServer(config, app.close_streams).serve([listening])


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("flow", type=Path)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--point", choices=POINTS)
    parser.add_argument("--hits", type=int, default=1)
    parser.add_argument("--scale", type=float, default=SCALE)
    parser.add_argument("--no-worker", action="store_true")
    parser.add_argument("--clock-off", type=float, nargs="*", default=[], help="seconds; the next one every 2 s")
    parser.add_argument("--in-flight", type=int, default=500)
    parser.add_argument("--waiting", type=int, default=10_000)
    given = parser.parse_args(arguments)
    known = KnownSecrets()
    configure_logs(known)
    settings = Settings.from_environment()
    options = runtime_options(
        settings,
        read_flow_files([given.flow]),
        keyring=deployment_keys(settings, dev=False),
        worker=None if given.no_worker else WorkerOptions(),
        migrate=True,
        known_secrets=known,
        role="serve",
    )
    bounds = Bounds(in_flight=given.in_flight, waiting=given.waiting)
    options = replace(options, bounds=bounds, timing=Timing().scaled(given.scale))
    scale_sends(given.scale)
    if given.point is not None:
        die_at(given.point, given.hits)
    with wrong_clock(given.clock_off):
        run_until_stopped(serve(options, settings, given.port))
