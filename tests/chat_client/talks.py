"""The flows that the client's tests talk to, and how Node.js runs their scripts."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

from tests.node import NODE

HERE = Path(__file__).parent
PATIENCE_S = 120
# Says two things to each message, the second one later: so a message may come while an earlier one is answered.
ECHO = """
botflow: 1
id: echo
name: Echo
nodes:
  - {id: opened, type: chatbot, actionType: opened, next: hello}
  - {id: hello, type: chatbot, actionType: say, properties: {text: "Hello!"}}
  - {id: start, type: chatbot, actionType: message_received, next: heard}
  - {id: heard, type: chatbot, actionType: say, properties: {text: "heard {{ $message.text }}"}, next: noted}
  - {id: noted, type: chatbot, actionType: say, properties: {text: "noted {{ $message.text }}"}}
"""


async def run_script(script: str, *given: object) -> Any:
    """Return what a script of this folder prints last, as JSON; its arguments are JSON, too."""
    arguments = [json.dumps(each) for each in given]
    node = await asyncio.create_subprocess_exec(
        *(NODE, str(HERE / script), *arguments), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    try:
        async with asyncio.timeout(PATIENCE_S):
            said, wrong = await node.communicate()
    finally:
        if node.returncode is None:
            node.kill()
            await node.wait()
    assert (node.returncode, wrong) == (0, b""), wrong.decode()
    return json.loads(said.splitlines()[-1])
