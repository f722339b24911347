"""pgbouncer before a Postgres: the one on PATH, else Debian's package, unpacked into a folder, else its stand-in."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import psycopg

from tests.ports import free_port
from tests.stand_ins.pooler import Pooler

PACKAGES = ("pgbouncer", "libevent-2.1-7", "libc-ares2")
FETCH_S = 60.0
START_S = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Pooled:
    """A pooler that runs: at which port, and what it is."""

    port: int
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """Where pgbouncer is, and its libraries if they are not the system's."""

    path: Path
    libraries: Path | None = None

    @property
    def environment(self) -> dict[str, str]:
        return os.environ | ({"LD_LIBRARY_PATH": str(self.libraries)} if self.libraries else {})


def _find(folder: Path) -> Program | None:
    if found := shutil.which("pgbouncer"):
        return Program(path=Path(found))
    if shutil.which("apt-get") is None or shutil.which("dpkg") is None:
        return None
    folder.mkdir()
    fetch = ["apt-get", "download", *PACKAGES]
    try:
        fetched = subprocess.run(fetch, cwd=folder, capture_output=True, check=False, timeout=FETCH_S)
    except subprocess.TimeoutExpired:
        return None
    if fetched.returncode != 0:
        return None
    for package in folder.glob("*.deb"):
        subprocess.run(["dpkg", "-x", str(package), str(folder)], check=True, capture_output=True)
    program = Program(path=folder / "usr/sbin/pgbouncer", libraries=folder / f"usr/lib/{platform.machine()}-linux-gnu")
    runs = subprocess.run([str(program.path), "--version"], env=program.environment, capture_output=True, check=False)
    return program if runs.returncode == 0 else None


@contextmanager
def pooled(
    folder: Path, postgres_port: int, user: str, *, mode: Literal["transaction", "session"], ignores_options: bool
) -> Iterator[Pooled]:
    """Run a pooler before the Postgres at `postgres_port`."""
    program = _find(folder / "packages")
    if program is None:
        with Pooler(postgres_port, mode, ignores_options=ignores_options) as pooler:
            yield Pooled(port=pooler.port, name="a stand-in of pgbouncer")
        return
    ignored = {"ignore_startup_parameters": "options"} if ignores_options else {}
    with _running(program, folder, postgres_port, user, pool_mode=mode, default_pool_size="100", **ignored) as port:
        yield Pooled(port=port, name="pgbouncer")


@contextmanager
def _running(program: Program, folder: Path, postgres_port: int, user: str, **settings: str) -> Iterator[int]:
    port = free_port()
    users = folder / f"users-{port}.txt"
    users.write_text(f'"{user}" ""\n')
    given = {
        "listen_addr": "127.0.0.1",
        "listen_port": str(port),
        "unix_socket_dir": "",
        "auth_type": "trust",
        "auth_file": str(users),
        **settings,
    }
    lines = ["[databases]", f"* = host=127.0.0.1 port={postgres_port}", "[pgbouncer]"]
    config = folder / f"pgbouncer-{port}.ini"
    config.write_text("\n".join([*lines, *(f"{name} = {value}" for name, value in given.items()), ""]))
    command = [str(program.path), *(["-u", "nobody"] if os.geteuid() == 0 else []), str(config)]
    with (folder / f"pgbouncer-{port}.log").open("wb") as log:
        process = subprocess.Popen(command, env=program.environment, stdout=log, stderr=log)
    try:
        until_s = time.monotonic() + START_S
        while not _answers(port, user):
            assert process.poll() is None, log.name
            assert time.monotonic() < until_s, log.name
            time.sleep(0.05)
        yield port
    finally:
        process.kill()
        process.wait()


def _answers(port: int, user: str) -> bool:
    try:
        psycopg.connect(f"postgresql://{user}@127.0.0.1:{port}/postgres", connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True
