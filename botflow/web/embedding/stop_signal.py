"""Learns of a stop in time: a host server waits for open streams before it ends the lifespan, so they must end first.

A handler is put before the one that the host has installed, and calls it. It is taken away at the end of the block.
"""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any

SIGNALS = (signal.SIGTERM, signal.SIGINT)


@contextmanager
def at_stop_signal(call: Callable[[], None]) -> Iterator[None]:
    """Call `call` in this event loop when SIGTERM or SIGINT comes, before the host's own handler.

    A signal without a handler is left alone: it ends the process. Does nothing outside of the main thread, where
    Python allows no handlers.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    loop = asyncio.get_running_loop()
    is_open = True
    ours: dict[signal.Signals, tuple[Any, Any]] = {}

    def before(former: Callable[[int, FrameType | None], Any]) -> Callable[[int, FrameType | None], Any]:
        def handler(number: int, frame: FrameType | None) -> None:
            if is_open:
                with suppress(RuntimeError):  # the loop is closed
                    loop.call_soon_threadsafe(call)
            former(number, frame)

        return handler

    for number in SIGNALS:
        former = signal.getsignal(number)
        if callable(former):
            ours[number] = (handler := before(former)), former
            signal.signal(number, handler)
    try:
        yield
    finally:
        is_open = False
        for number, (handler, former) in ours.items():
            if signal.getsignal(number) is handler:  # else another handler was put before ours, and calls it
                signal.signal(number, former)
