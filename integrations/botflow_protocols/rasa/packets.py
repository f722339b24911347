"""Packets of Socket.IO 5 over Engine.IO 4, as texts: the few that a conversation needs.

https://socket.io/docs/v4/engine-io-protocol/ and https://socket.io/docs/v4/socket-io-protocol/
Binary packets, other namespaces and acknowledgements by the client are not among them.

Not by python-socketio: it keeps what a client does not read without a bound, runs each message as a task that nothing
owns, logs what people say, and a client that only shakes hands costs it memory until it looks for it.
"""

from __future__ import annotations

import re
from typing import Any

import orjson

from botflow.values import value
from botflow.web.requests.json_body import parse_json

PING, PONG, CLOSE = "2", "3", "1"
DEEPEST = 12
PING_EVERY_S, PONG_WITHIN_S = 25.0, 20.0
LARGEST = 64 * 1024
SEPARATOR = "\x1e"  # between the packets of one response
_PACKET = re.compile(r"4([0-6])([0-9]{0,15})", re.ASCII)


@value(frozen=True, slots=True, kw_only=True)
class Packet:
    """`kind`: `connect`, `disconnect` or `event`; "" for what means nothing here. `ack` is "" where none is wanted."""

    kind: str
    ack: str = ""
    content: Any = None


def read_packet(text: str) -> Packet:
    """Return a packet of Socket.IO; RejectedInbound `body.not_json` and the like for content that cannot be read."""
    match = _PACKET.match(text)
    kind = {"0": "connect", "1": "disconnect", "2": "event"}.get(match[1], "") if match else ""
    if match is None or not kind:
        return Packet(kind="")
    rest = text[match.end() :]
    return Packet(kind=kind, ack=match[2], content=parse_json(rest.encode(), DEEPEST) if rest else None)


def opened(sid: str) -> str:
    """Return the first packet of a connection. It offers no other transport: a client chooses its own."""
    return "0" + _json(
        {
            "sid": sid,
            "upgrades": [],
            "pingInterval": int(PING_EVERY_S * 1000),
            "pingTimeout": int(PONG_WITHIN_S * 1000),
            "maxPayload": LARGEST,
        }
    )


def connected(sid: str) -> str:
    return "40" + _json({"sid": sid})


def event(name: str, content: object) -> str:
    return "42" + _json([name, content])


def acknowledged(ack: str, content: object) -> str:
    return f"43{ack}" + _json([content])


def _json(content: object) -> str:
    return orjson.dumps(content).decode()
