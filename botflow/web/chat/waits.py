"""Chat requests that wait for the outcome of a turn: bounded per session and per address.

A request beyond the bound is answered as soon as its message is stored (202): its turn runs as any other, and the
messages come by the stream or by the next request. So no visitor holds all places of the server with a slow workflow.
"""

from __future__ import annotations

MOST_PER_SESSION = 4
MOST_PER_ADDRESS = 50


class Waits:
    """Counts waiting requests by session and by address."""

    def __init__(self) -> None:
        self._sessions: dict[str, int] = {}
        self._addresses: dict[str, int] = {}

    def place(self, session: str, address: str | None, within_s: float) -> _Place:
        """Count a request of `session` and, unless it is None, of `address`, during a `with` block. The block's value
        is how long the request may wait, in seconds: `within_s`, or 0 beyond the bounds."""
        return _Place(self, session, address, within_s)

    def enter(self, session: str, address: str | None) -> bool:
        """Count a request; False when it is beyond the bounds."""
        of_session = self._sessions.get(session, 0)
        of_address = self._addresses.get(address, 0) if address is not None else 0
        if of_session >= MOST_PER_SESSION or of_address >= MOST_PER_ADDRESS:
            return False
        self._sessions[session] = of_session + 1
        if address is not None:
            self._addresses[address] = of_address + 1
        return True

    def leave(self, session: str, address: str | None) -> None:
        _decrease(self._sessions, session)
        if address is not None:
            _decrease(self._addresses, address)


class _Place:
    """One request's `with` block; a class, because a generator would cost a hundredth of a message's time."""

    __slots__ = ("_address", "_is_counted", "_session", "_waits", "_within_s")

    def __init__(self, waits: Waits, session: str, address: str | None, within_s: float) -> None:
        self._waits = waits
        self._session = session
        self._address = address
        self._within_s = within_s

    def __enter__(self) -> float:
        self._is_counted = self._waits.enter(self._session, self._address)
        return self._within_s if self._is_counted else 0.0

    def __exit__(self, *_: object) -> None:
        if self._is_counted:
            self._waits.leave(self._session, self._address)


def _decrease(counts: dict[str, int], name: str) -> None:
    if counts[name] > 1:
        counts[name] -= 1
    else:
        del counts[name]
