"""The servers under test, each a process of its own with a database of its own: botflow, and the reference."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from tests.performance.load import API_KEY
from tests.ports import free_port
from tests.servers import Server

LONGEST_START_S = 30.0
FOLDER = Path(__file__).parent
ROOT = FOLDER.parents[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class UnderTest:
    """A server that takes the order conversation. `ready_s` is from its command until it said that it is ready."""

    name: str
    port: int
    pid: int
    database: str
    ready_s: float


@contextmanager
def botflow(
    postgres: Server, redis: Server, *, model_url: str = "", again: bool = False, pooler_port: int = 0
) -> Iterator[UnderTest]:
    """Run one `botflow serve`, web and worker in one process; with `model_url` a model chooses the dish.

    `again`: on the database of an earlier one, which must have ended or serve no messages. `pooler_port`: through the
    pooler that listens there.
    """
    port, database = free_port(), "botflow_model" if model_url else "botflow"
    database += "_pooled" if pooler_port else ""
    url = url_of(postgres, database) if again else new_database(postgres, database)
    settings = {
        "BOTFLOW_DATABASE_URL": f"postgresql://postgres@127.0.0.1:{pooler_port}/{database}" if pooler_port else url,
        "BOTFLOW_REDIS_URL": redis.url,
        "BOTFLOW_API_KEY": API_KEY,
        "BOTFLOW_SECRET_KEY": "bench-secret-key-0123456789-0123456789",
    }
    if model_url:
        settings |= {"OPENAI_BASE_URL": model_url, "OPENAI_API_KEY": "bench"}
    flow = FOLDER / ("order_llm.yaml" if model_url else "order.yaml")
    command = [sys.executable, "-m", "botflow", "serve", str(flow), "--host", "127.0.0.1", "--port", str(port)]
    yield from _run("through the pooler" if pooler_port else "botflow", command, settings, port, database)


@contextmanager
def reference(postgres: Server, *, model_url: str = "") -> Iterator[UnderTest]:
    """Run the reference server."""
    port, database = free_port(), "reference_model" if model_url else "reference"
    settings = {"REFERENCE_DATABASE_URL": new_database(postgres, database), "REFERENCE_MODEL_URL": model_url}
    command = [sys.executable, "-m", "tests.performance.reference", str(port)]
    yield from _run("reference", command, settings, port, database)


@contextmanager
def model(wait_ms: int) -> Iterator[str]:
    """Run the stand-in for a model that takes `wait_ms`; yields its base URL."""
    port = free_port()
    with subprocess.Popen(
        [sys.executable, "-m", "tests.performance.model", str(port), str(wait_ms)], cwd=ROOT
    ) as child:
        try:
            _wait(child, port, path="")
            yield f"http://127.0.0.1:{port}/v1"
        finally:
            child.terminate()


def new_database(postgres: Server, name: str) -> str:
    """Create an empty database and return its URL."""
    with psycopg.connect(postgres.url, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name}")
        connection.execute(f"CREATE DATABASE {name}")
    return url_of(postgres, name)


def url_of(postgres: Server, database: str) -> str:
    return postgres.url.rpartition("/")[0] + f"/{database}"


def _run(name: str, command: list[str], settings: dict[str, str], port: int, database: str) -> Iterator[UnderTest]:
    foreign = ("BOTFLOW_", "OPENAI_", "TWILIO_")
    inherited = {key: value for key, value in os.environ.items() if not key.startswith(foreign)}
    with tempfile.TemporaryFile() as log:
        began = time.perf_counter()
        child = subprocess.Popen(command, env=inherited | settings, cwd=ROOT, stdout=log, stderr=subprocess.STDOUT)
        try:
            _wait(child, port, path="/readyz")
            ready_s = time.perf_counter() - began
            yield UnderTest(name=name, port=port, pid=child.pid, database=database, ready_s=ready_s)
        except RuntimeError:
            log.seek(0)
            sys.stderr.write(log.read()[-4000:].decode(errors="replace"))
            raise
        finally:
            child.terminate()
            child.wait()


def _wait(child: subprocess.Popen[bytes], port: int, *, path: str) -> None:
    """Return once the server is ready: it answers 200 at `path`, or takes connections when there is none to ask."""
    deadline = time.monotonic() + LONGEST_START_S
    while time.monotonic() < deadline and child.poll() is None:
        try:
            if path:
                urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=2).close()
            else:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except (OSError, urllib.error.URLError):
            time.sleep(0.01)
        else:
            return
    raise RuntimeError(f"{child.args!r} did not get ready within {LONGEST_START_S:g} s")
