"""Ports of loopback for processes that the tests start, each handed out to one test only.

A port that the kernel names (bind to 0, close) may be taken before the process binds it: by another test, or by any
outgoing connection, for both come from the same range. These lie below that range, and one file per user counts them
for all processes of all test runs on the machine, whose temporary files may be in a folder of each run's own.
"""

from __future__ import annotations

import fcntl
import os
import socket
import tempfile
from pathlib import Path

FIRST, LAST = 20_000, 32_000  # outgoing connections begin at 32,768 on Linux, at 49,152 on macOS
_SHARED = os.environ.get("BOTFLOW_TEST_SHARED_FOLDER") or tempfile.gettempdir()
_LAST_GIVEN = Path(_SHARED) / f"botflow-tests-port-{os.getuid()}"


def free_port() -> int:
    """Return a port on which nothing listens, and which no other test gets until all others were given."""
    with _LAST_GIVEN.open("a+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        port = int(file.read() or FIRST)
        for _ in range(FIRST, LAST):
            port = port + 1 if port < LAST else FIRST
            if _is_free(port):
                file.truncate(0)
                file.write(str(port))
                return port
    raise OSError(f"every port from {FIRST} to {LAST} of 127.0.0.1 is taken")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
