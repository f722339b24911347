"""Processes of botflow, made by forking one that has loaded everything: a start costs milliseconds instead of seconds.

Each is a process of its own with its own environment, ended by signals like any other. `python -m
tests.fork_server` is the one that forks: it reads an order a line from its input, and writes who was born and
who has died. It ends with its input, and its children with it.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import json
import os
import selectors
import signal
import subprocess
import sys
import threading
import time
import traceback
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import botflow.nodes
from botflow.plugins import installed_plugins

# Each has a `main(arguments)`.
LOADED = ("tests.botflow_command", "tests.faults.crashing_server", "tests.faults.scaled_botflow")
ALSO_LOADED = (  # what they load when they come to it; the SDKs alone take seconds, in which a process is silent
    *("alembic.command", "uvloop", "uvicorn.protocols.http.httptools_impl"),
    *("botflow.storage.cache.redis", "botflow_openai.model", "twilio.http.async_http_client", "twilio.rest.api"),
    *(
        "botflow.cli.flow_watch",
        "botflow.cli.output.banner",
        "botflow.cli.output.flow_warnings",
        "uvicorn.lifespan.off",
    ),
    *("httpcore2", "httpcore2._backends.anyio", "truststore", "ahocorasick_rs"),
    *("alembic.config", "botflow.storage.migrations.policies", "typer._adapters"),
    *("cryptography.hazmat.primitives.hashes", "cryptography.hazmat.primitives.kdf.hkdf"),
)
PATIENCE_S = 180.0
LONGEST_TYPED = 8_000  # characters; a pipe holds at least as much before somebody reads it


@dataclass(slots=True, eq=False)
class Forked:
    """A process that a ForkServer made; what `subprocess.Popen` offers, as far as tests need it."""

    pid: int
    _server: ForkServer
    returncode: int | None = None

    def poll(self) -> int | None:
        """Return how it ended, None while it runs."""
        if self.returncode is None:
            self.returncode = self._server.end_of(self.pid)
        return self.returncode

    def wait(self, within_s: float = PATIENCE_S) -> int:
        until_s = time.monotonic() + within_s
        while (code := self.poll()) is None:
            assert time.monotonic() < until_s, f"process {self.pid} does not end"
            time.sleep(0.002)
        return code

    def send_signal(self, number: signal.Signals) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


@dataclass(slots=True, eq=False)
class ForkServer:
    """The way to the process that forks. One thread starts processes; others, such as that of a stand-in's server, may
    end them and look for their ends meanwhile."""

    _process: subprocess.Popen[bytes]
    _unread: bytes = b""
    _births: deque[int] = field(default_factory=deque)
    _ends: dict[int, int] = field(default_factory=dict)
    _reading: threading.Lock = field(default_factory=threading.Lock)

    @classmethod
    def start(cls) -> ForkServer:
        command = [sys.executable, "-m", "tests.fork_server"]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        return cls(process)

    def launch(
        self,
        module: str,
        arguments: Sequence[str],
        environment: Mapping[str, str],
        log: Path,
        *,
        errors: Path | None = None,
        folder: Path | None = None,
        typed: str = "",
    ) -> Forked:
        """Run `main(arguments)` of a module, such as one of LOADED, in a new process, in `folder`. It reads `typed` and
        writes to the end of `log`, its standard error to `errors` if there is one."""
        assert self._process.stdin is not None
        assert len(typed) <= LONGEST_TYPED
        order = {
            "module": module,
            "arguments": list(arguments),
            "environment": dict(environment),
            "log": str(log),
            "errors": str(errors or log),
            "folder": str(folder or ""),
            "typed": typed,
        }
        self._process.stdin.write(json.dumps(order).encode() + b"\n")
        self._process.stdin.flush()
        until_s = time.monotonic() + PATIENCE_S
        while not self._births:
            assert self._process.poll() is None, "the process that forks has ended"
            assert time.monotonic() < until_s, "the process that forks does not answer"
            self._take_in(0.05)
        return Forked(self._births.popleft(), self)

    def end_of(self, pid: int) -> int | None:
        self._take_in(0.0)
        return self._ends.get(pid)

    def close(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(PATIENCE_S)
        self._process.stdout.close()

    def _take_in(self, within_s: float) -> None:
        """Note the births and ends that the process has written."""
        assert self._process.stdout is not None
        with self._reading, selectors.DefaultSelector() as selector:
            selector.register(self._process.stdout, selectors.EVENT_READ)
            if not selector.select(within_s):
                return
            *lines, self._unread = (self._unread + os.read(self._process.stdout.fileno(), 65_536)).split(b"\n")
            for news in map(json.loads, lines):
                if "born" in news:
                    self._births.append(news["born"])
                else:
                    self._ends[news["died"]] = news["code"]


@cache
def fork_server() -> ForkServer:
    """Return this test run's; it ends with the run."""
    server = ForkServer.start()
    atexit.register(server.close)
    return server


# -- the process that forks


def main() -> None:
    for name in (*LOADED, *ALSO_LOADED):
        importlib.import_module(name)
    botflow.nodes.built_in()  # it imports what it returns
    installed_plugins()  # likewise: each child would import the integrations, a quarter of what its start costs
    assert threading.active_count() == 1, "a fork would lose the other threads"
    gc.collect()
    gc.freeze()  # what is loaded is shared by all children
    woken, wake = os.pipe()
    os.set_blocking(wake, False)
    signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda number, frame: None)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal's Ctrl-C is for the tests
    orders, children, unread = sys.stdin.fileno(), set[int](), b""
    with selectors.DefaultSelector() as selector:
        selector.register(orders, selectors.EVENT_READ)
        selector.register(woken, selectors.EVENT_READ)
        while True:
            for key, _ in selector.select():
                if key.fd == woken:
                    os.read(woken, 4096)
                    _tell_deaths(children)
                    continue
                read = os.read(orders, 1 << 20)
                if not read:
                    for child in children:
                        os.kill(child, signal.SIGKILL)
                    return
                *lines, unread = (unread + read).split(b"\n")
                for line in lines:
                    order = json.loads(line)
                    child = os.fork()
                    if not child:
                        selector.close()
                        os.close(woken)
                        os.close(wake)
                        _be(order)
                    children.add(child)
                    _tell(born=child)


def _tell_deaths(children: set[int]) -> None:
    while children:
        child, status = os.waitpid(-1, os.WNOHANG)
        if not child:
            return
        children.discard(child)
        _tell(died=child, code=os.waitstatus_to_exitcode(status))


def _tell(**news: int) -> None:
    os.write(sys.stdout.fileno(), json.dumps(news).encode() + b"\n")


def _be(order: dict[str, Any]) -> None:
    """Become the process that was ordered, in the child; never returns."""
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGCHLD, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)
    typed, types = os.pipe()
    os.write(types, order["typed"].encode())
    os.close(types)
    log, errors = (os.open(order[name], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600) for name in ("log", "errors"))
    for opened, place in ((typed, 0), (log, 1), (errors, 2)):
        os.dup2(opened, place)
        os.close(opened)
    code = 1
    try:
        if order["folder"]:
            os.chdir(order["folder"])
        os.environ.clear()
        os.environ.update(order["environment"])
        importlib.import_module(order["module"]).main(order["arguments"])
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:  # noqa: BLE001 -- the end of a process: its traceback belongs in its log
        traceback.print_exc()
    finally:
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        os._exit(code)


if __name__ == "__main__":
    main()
