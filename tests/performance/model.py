"""A stand-in for a model that takes its time: OpenAI's chat completions for the order flow, and nothing more.

Fast and unchecked, for measuring; tests/stand_ins/openai.py is the one that checks requests.
"""

from __future__ import annotations

import asyncio
import json
import sys

import uvloop

DISHES = ("pizza", "salad")
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"


class Answering(asyncio.Protocol):
    """Answers each request after the wait, with the dish that its last message names."""

    def __init__(self, wait_s: float) -> None:
        self._wait_s = wait_s
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        while True:
            head, found, rest = self._received.partition(b"\r\n\r\n")
            if not found:
                return
            length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
            if len(rest) < length:
                return
            self._received = rest[length:]
            asyncio.get_running_loop().call_later(self._wait_s, self._send, completion(json.loads(rest[:length])))

    def _send(self, answer: bytes) -> None:
        if not self._transport.is_closing():
            self._transport.write(HEAD % len(answer) + answer)  # type: ignore[attr-defined]


def completion(request: dict[str, object]) -> bytes:
    """Return a chat completion that chooses the edge."""
    last = json.dumps(request["messages"][-1]["content"]).lower()  # type: ignore[index]
    edge = next((dish for dish in DISHES if dish in last), "special")
    message = {"role": "assistant", "content": json.dumps({"edge": edge})}
    document = {
        "id": "bench",
        "object": "chat.completion",
        "created": 1,
        "model": "bench",
        "choices": [{"index": 0, "finish_reason": "stop", "message": message}],
        "usage": {"prompt_tokens": 30, "completion_tokens": 5, "total_tokens": 35},
    }
    return json.dumps(document).encode()


async def serve(port: int, wait_ms: int) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Answering(wait_ms / 1000), "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve(int(sys.argv[1]), int(sys.argv[2])))
