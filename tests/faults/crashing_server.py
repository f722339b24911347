"""A botflow that kills itself at a named crash point: `python -m tests.faults.crashing_server FLOW --point P`.

The same composition as `botflow serve`, except for what `reach` does.
"""

from __future__ import annotations

import argparse
import os
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import cycle, pairwise
from pathlib import Path

import time_machine
import uvicorn

from botflow.cli.launch import run_until_stopped, runtime_options
from botflow.cli.output.logging import configure_logs
from botflow.crash_points import Point, Reach
from botflow.runtime.app import RuntimeOptions, open_runtime
from botflow.runtime.process.overload import Bounds
from botflow.runtime.process.worker import WorkerOptions
from botflow.settings import Settings
from botflow.web.app import create_app
from botflow.web.auth.secret_key import secret_key
from botflow.web.server import WebServer

JUMP_S = 2.0


def killer(point: str, hits: int) -> Reach:
    """Return a `reach` that ends the process, without any clean-up, the `hits`-th time it comes to `point`."""
    left = hits

    def reach(reached: Point) -> None:
        nonlocal left
        if reached == point:
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    return reach


@contextmanager
def wrong_clock(offs_s: list[float]) -> Iterator[None]:
    """Let this process believe in a wall clock that is off, and jumps to the next offset every two seconds."""
    if not offs_s:
        yield
        return
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
        async with open_runtime(options) as runtime:
            app = create_app(lambda: nullcontext(runtime), dev=False, settings=settings)
            config = uvicorn.Config(app, lifespan="on", log_config=None, access_log=False, proxy_headers=False)
            await WebServer(config, app).serve([listening])


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("flow", type=Path)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--point", default="")
    parser.add_argument("--hits", type=int, default=1)
    parser.add_argument("--no-worker", action="store_true")
    parser.add_argument("--clock-off", type=float, nargs="*", default=[], help="seconds; the next one every 2 s")
    parser.add_argument("--in-flight", type=int, default=500)
    parser.add_argument("--waiting", type=int, default=10_000)
    given = parser.parse_args()
    configure_logs()
    settings = Settings.from_environment()
    options = runtime_options(
        settings,
        [given.flow],
        secret_key=secret_key(settings, dev=False),
        worker=None if given.no_worker else WorkerOptions(),
        migrate=True,
    )
    bounds = Bounds(in_flight=given.in_flight, waiting=given.waiting)
    options = replace(options, reach=killer(given.point, given.hits), bounds=bounds)
    with wrong_clock(given.clock_off):
        run_until_stopped(serve(options, settings, given.port))


if __name__ == "__main__":
    main()
