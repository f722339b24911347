"""Print how long a newcomer waits: from `git clone` to the demo's first reply over its chat API, on empty caches.

    .venv/bin/python .ci/first_reply.py          # the way of `make run`, with a uv fetched from the package registry
    .venv/bin/python .ci/first_reply.py --pip    # the fallback

It clones this repository (what is committed) into a temporary folder, "a b", and removes it afterwards. A uv on PATH is
hidden, since a newcomer may have none. POSIX only.
"""

import argparse
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
PATIENCE_S = 900.0
PREFIXES = ("BOTFLOW_", "TWILIO_", "OPENAI_", "EMAIL_", "SLACK_", "CHAT_WEBHOOK_", "VIRTUAL_ENV", "PYTHON")


def environment(caches: Path, *, pip: bool) -> dict[str, str]:
    """The caller's, without botflow's settings and without a uv. Python is the one that made this script's .venv."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(PREFIXES)}
    folders = [folder for folder in kept["PATH"].split(os.pathsep) if not (Path(folder) / "uv").exists()]
    return {
        **kept,
        "PATH": os.pathsep.join(folders),
        "PYTHON": str(Path(sys.base_prefix) / "bin" / "python3"),
        "INSTALLER": "pip" if pip else "uv",
        "UV_CACHE_DIR": str(caches / "uv"),
        "PIP_CACHE_DIR": str(caches / "pip"),
    }


@contextmanager
def demo(folder: Path, port: int, environ: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """Run `make run` with its output passed on, and stop all of it at the end."""
    make = subprocess.Popen(["make", "run", f"port={port}"], cwd=folder, env=environ, start_new_session=True)
    try:
        yield make
    finally:
        with suppress(ProcessLookupError):
            os.killpg(make.pid, signal.SIGTERM)
        make.wait(60)


def wait_until_ready(address: str, make: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while True:
        with suppress(OSError), urllib.request.urlopen(f"{address}/readyz", timeout=5):
            return
        if make.poll() is not None or time.monotonic() > deadline:
            sys.exit(f"error: `make run` did not get ready ({make.poll()})")
        time.sleep(0.02)


def post(url: str, body: dict[str, Any], token: str = "") -> Any:
    headers = {"Content-Type": "application/json", **({"Authorization": f"Bearer {token}"} if token else {})}
    request = urllib.request.Request(url, json.dumps(body).encode(), headers)
    with urllib.request.urlopen(request, timeout=60) as response:
        return json.load(response)


def first_reply(address: str) -> str:
    session = post(f"{address}/chat/demo/sessions", {})
    answer = post(f"{address}/chat/demo/messages", {"text": "coffee"}, session["token"])
    return str(answer["messages"][0]["text"])


def main() -> None:
    arguments = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    arguments.add_argument("--pip", action="store_true", help="install with pip, as where uv cannot be had")
    pip = arguments.parse_args().pip
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    temporary = Path(tempfile.mkdtemp(prefix="botflow-first-reply-"))
    folder = temporary / "a b"
    try:
        moments = [time.monotonic()]
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(folder)], check=True)
        moments.append(time.monotonic())
        with demo(folder, port, environment(temporary, pip=pip)) as make:
            while not (folder / ".venv" / ".installed-run").exists() and make.poll() is None:
                time.sleep(0.02)
            moments.append(time.monotonic())
            wait_until_ready(f"http://127.0.0.1:{port}", make)
            moments.append(time.monotonic())
            text = first_reply(f"http://127.0.0.1:{port}")
            moments.append(time.monotonic())
    finally:
        shutil.rmtree(temporary)
    parts = zip(("clone", "install", "ready", "first reply"), moments, moments[1:], strict=False)
    print(f"\n{text!r} after {moments[-1] - moments[0]:.1f} s, with {'pip' if pip else 'uv'}:", end=" ")
    print(", ".join(f"{name} {after - before:.1f} s" for name, before, after in parts), end="; ")
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")


if __name__ == "__main__":
    main()
