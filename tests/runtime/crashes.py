"""Failures at the named moments of `botflow.crash_points`, in the process of the test."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from botflow.crash_points import EVENT, Point

_LISTENING: list[dict[Point, int]] = []


@contextmanager
def crashing(crashes: dict[Point, int]) -> Iterator[None]:
    """For the length of the block let each point fail as often as `crashes` says; every failure is counted down."""
    _listen()
    _LISTENING.append(crashes)
    try:
        yield
    finally:
        _LISTENING.remove(crashes)


@cache
def _listen() -> None:
    """Add the one hook of this process: it can never be removed, and is silent while no block is open."""
    sys.addaudithook(_reached)


def _reached(event: str, arguments: tuple[Any, ...]) -> None:
    if event != EVENT:
        return
    for crashes in _LISTENING:
        if crashes.get(arguments[0], 0) > 0:
            crashes[arguments[0]] -= 1
            raise RuntimeError(f"crash at {arguments[0]}")
