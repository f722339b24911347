"""A JavaScript client that is told what to do line by line, and says what it sees."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from tests.js.packages import node_packages
from tests.node import NODE

PATIENCE_S = 60


class NodeProcess:
    """Lines of JSON both ways."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._in, self._out = process.stdin, process.stdout
        self.seen: list[dict[str, Any]] = []

    def tell(self, **command: Any) -> None:
        self._in.write(json.dumps(command).encode() + b"\n")

    async def until(self, within: str = "", **wanted: Any) -> dict[str, Any]:
        """Return the next line that has these values, itself or in its field `within`."""
        async with asyncio.timeout(PATIENCE_S):
            while line := await self._out.readline():
                value = json.loads(line)
                self.seen.append(value)
                part = value.get(within) if within else value
                if isinstance(part, dict) and wanted.items() <= part.items():
                    return part
        raise EOFError(self.seen)


@asynccontextmanager
async def node(script: Path, *arguments: str) -> AsyncIterator[NodeProcess]:
    """Run a script; its first argument is the folder of the packages."""
    packages = str((await asyncio.to_thread(node_packages)).parent)
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(NODE, str(script), packages, *arguments, stdin=pipe, stdout=pipe)
    try:
        yield NodeProcess(process)
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()
