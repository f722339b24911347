"""The packets that wait for one client: bounded, so that one that does not read costs no more than that."""

from __future__ import annotations

import asyncio
from collections import deque

from botflow_protocols.rasa.packets import PING, PING_EVERY_S

MOST = 256


class Outbox:
    """Filled by a stream, emptied by a transport; a ping is added whenever one is due, as clients expect it."""

    def __init__(self) -> None:
        self._packets: deque[str] = deque()
        self._changed = asyncio.Event()
        self._ping_at = asyncio.get_running_loop().time() + PING_EVERY_S
        self.is_closed = False

    def put(self, packet: str) -> None:
        """Add a packet; TimeoutError when the client has not read for so long that the outbox is full."""
        if len(self._packets) >= MOST:
            raise TimeoutError
        self._packets.append(packet)
        self._changed.set()

    def close(self) -> None:
        """Let the transport end once all packets are written."""
        self.is_closed = True
        self._changed.set()

    async def take(self) -> list[str]:
        """Return the next packets, as soon as there are any; [] when it is closed and empty."""
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout_at(self._ping_at):
                await self._changed.wait()
        except TimeoutError:
            self._ping_at = loop.time() + PING_EVERY_S
            self._packets.append(PING)
        packets = list(self._packets)
        self._packets.clear()
        if not self.is_closed:
            self._changed.clear()
        return packets
