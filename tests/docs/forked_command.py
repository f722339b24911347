"""The `botflow` command of a page: a script that lets a process fork which has loaded botflow, instead of loading it.

It is a process of its own all the same, in the shell's folder and environment, with the shell's input and output. It
ends with the status of the command, and hands SIGTERM on to it.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from tests import botflow_command
from tests.fork_server import fork_server

SCRIPT = f"""#!{sys.executable} -IS
import json, os, signal, socket, sys
with socket.socket(socket.AF_UNIX) as way:
    way.connect(PATH)
    order = json.dumps([sys.argv[1:], os.getcwd(), dict(os.environ)]).encode()
    socket.send_fds(way, [len(order).to_bytes(4, "big")], [0, 1, 2])
    signal.signal(signal.SIGTERM, lambda number, frame: way.send(b"T"))
    way.sendall(order)
    status = way.recv(1)
sys.exit(status[0] if status else 1)
"""


@contextmanager
def forked_command(programs: Path) -> Iterator[None]:
    """Put the script into the folder `programs`; it works until the block ends."""
    with tempfile.TemporaryDirectory() as folder:  # the path of a socket must be short
        path = Path(folder) / "way"
        log = Path(folder) / "log.txt"
        process = fork_server().launch(__name__, [str(path)], os.environ, log)
        try:
            while not path.exists():
                assert process.poll() is None, log.read_text()
                time.sleep(0.002)
            script = programs / "botflow"
            script.write_text(SCRIPT.replace("PATH", repr(str(path))))
            script.chmod(0o755)
            yield
        finally:
            process.kill()
            process.wait()


# -- the process that forks


def main(arguments: Sequence[str]) -> None:
    [path] = arguments
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(path)
        listening.listen()
        while True:
            way, _ = listening.accept()
            if not os.fork():
                listening.close()
                _serve(way)
            way.close()
            with suppress(ChildProcessError):
                while os.waitpid(-1, os.WNOHANG)[0]:
                    pass


def _serve(way: socket.socket) -> None:
    """Run one command in a child, and tell its status."""
    head, streams, _, _ = socket.recv_fds(way, 4, 3)
    order = b""
    while len(order) < int.from_bytes(head, "big"):
        order += way.recv(65_536)
    child = os.fork()
    if not child:
        way.close()
        _run(streams, *json.loads(order))
    for stream in streams:
        os.close(stream)
    threading.Thread(target=_hand_on, args=(way, child), daemon=True).start()
    _, status = os.waitpid(child, 0)
    with suppress(OSError):
        way.sendall(bytes([os.waitstatus_to_exitcode(status) % 256]))
    os._exit(0)


def _hand_on(way: socket.socket, child: int) -> None:
    """End the command when the script gets a signal, or has ended."""
    with suppress(OSError):
        way.recv(1)
    with suppress(ProcessLookupError):
        os.kill(child, signal.SIGTERM)


def _run(streams: list[int], arguments: list[str], folder: str, environment: dict[str, str]) -> None:
    """Become the command; never returns."""
    for place, stream in enumerate(streams):
        os.dup2(stream, place)
        os.close(stream)
    status = 1
    try:
        os.chdir(folder)
        os.environ.clear()
        os.environ.update(environment)
        botflow_command.main(arguments)
        status = 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:  # noqa: BLE001 -- the end of a process: its traceback belongs in its output
        traceback.print_exc()
    finally:
        for output in (sys.stdout, sys.stderr):
            output.flush()
        os._exit(status)
