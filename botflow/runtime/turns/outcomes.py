"""The outcomes of turns that requests of this process wait for."""

from __future__ import annotations

import asyncio

from botflow.records.turns import Receipt, TurnId


class Outcomes:
    """A future for each turn that a request waits for: its receipt, or None when another process has its session."""

    def __init__(self) -> None:
        self._futures: dict[TurnId, asyncio.Future[Receipt | None]] = {}

    def of(self, turn: TurnId) -> asyncio.Future[Receipt | None]:
        """Return the future of a turn; several requests may wait for the same."""
        return self._futures.setdefault(turn, asyncio.get_running_loop().create_future())

    def settle(self, turn: TurnId, receipt: Receipt | None) -> None:
        """Give the receipt to the requests that wait for `turn`, if there are any."""
        outcome = self._futures.pop(turn, None)
        if outcome is not None and not outcome.done():
            outcome.set_result(receipt)

    def leave(self, session: int) -> None:
        """Tell the requests that wait for turns of this session that they must read the database."""
        for turn in [turn for turn in self._futures if turn.session == session]:
            self.settle(turn, None)
