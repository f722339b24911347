"""Messages whose nodes wait to know whether they arrive."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from botflow.engine.effects import SendMessage
from botflow.testing.simulated.session import SimulatedSession

DeliveryState = Literal["sent", "delivered", "read", "failed", "suppressed"]
_ENDED = ("delivered", "read", "failed", "suppressed")
_UNTOLD: Mapping[str, tuple[DeliveryState, ...]] = {"delivered": ("sent",), "failed": ("sent", "delivered", "read")}


@dataclass(slots=True)
class WatchedMessage:
    """A message of a session; its state moves forward only, as that of a sent message does."""

    session: SimulatedSession
    message: SendMessage
    state: str = ""

    @property
    def is_awaited(self) -> bool:
        """True while its node waits, and it has neither arrived nor failed. A person who has opted out is waited for no
        more."""
        wait = None if self.session.parked else self.session.state.wait
        return wait is not None and self.message.awaited_by == wait.group != "" and self.state not in _ENDED

    def moves_to(self, state: DeliveryState) -> bool:
        """Take a provider's report; say whether the node is told of it."""
        self.state = state
        return state not in _UNTOLD.get(self.message.awaited, ())
