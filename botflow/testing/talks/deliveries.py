"""What becomes of a message: it is delivered, or it fails. A node that waits for that is told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from botflow.testing.hearing import complaint
from botflow.testing.talks.conversation import Conversation

Delivery = Literal["sent", "delivered", "read", "failed", "suppressed"]
_UNTOLD: Mapping[str, tuple[Delivery, ...]] = {"delivered": ("sent",), "failed": ("sent", "delivered", "read")}


class Deliveries(Conversation):
    """Reports of a provider."""

    def delivery(self, state: Delivery, *, code: str = "", reason: str = "") -> list[str]:
        """Report what became of the last message whose node waits for it, in this conversation or else in another one
        or a run: `delivered`, or `failed` with a provider's code.

        As in production, a node that waits for a failure hears of no other state, and one that waits for the delivery
        does not hear of `sent`. AssertionError when no node waits: in the chat none does, nor where the handle leads
        nowhere.
        """
        __tracebackhide__ = True
        waiting = [
            (session, message)
            for session, message in self.deployment.awaited
            if session.state.wait is not None and message.awaited_by == session.state.wait.group != ""
        ]
        if not waiting:
            raise AssertionError(complaint("no message waits for its delivery", self._standing()))
        own = [each for each in waiting if each[0] is self.conversation]
        session, message = (own or waiting)[-1]
        self._begin_act()
        if state not in _UNTOLD.get(message.awaited, ()):
            self.deployment.report_delivery(session, message, state, code, reason)
        return self._settle()
