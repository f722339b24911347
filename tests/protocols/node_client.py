"""Runs the clients of other protocols that are written in JavaScript."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

from tests.js.packages import node_packages
from tests.node import NODE


async def run(script: str, given: Any) -> Any:
    """Return what a script of the folder `javascript` prints for `given`."""
    file = str(Path(__file__).parent / "javascript" / script)
    packages = str(await asyncio.to_thread(node_packages))
    node = await asyncio.create_subprocess_exec(
        *(NODE, file, packages, json.dumps(given)), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    async with asyncio.timeout(60):
        said, wrong = await node.communicate()
    assert node.returncode == 0, wrong.decode()
    return json.loads(said)
