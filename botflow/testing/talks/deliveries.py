"""What becomes of a message: it is delivered, or it fails. A node that waits for that is told."""

from __future__ import annotations

from botflow.testing.hearing import complaint
from botflow.testing.simulated.watched_messages import DeliveryState
from botflow.testing.talks.conversation import Conversation


class Deliveries(Conversation):
    """Reports of a provider."""

    def delivery(self, state: DeliveryState, *, code: str = "", reason: str = "") -> list[str]:
        """Report what became of the last message whose node waits for it, in this conversation or else in another one
        or a run: `delivered`, or `failed` with a provider's code.

        As in production, a node that waits for a failure hears of no other state, and one that waits for the delivery
        does not hear of `sent`; a message that was delivered does not fail later. AssertionError when no node waits: in
        the chat none does, nor where the handle leads nowhere.
        """
        __tracebackhide__ = True
        waiting = [watched for watched in self.deployment.watched if watched.is_awaited]
        if not waiting:
            raise AssertionError(complaint("no message waits for its delivery", self._standing()))
        own = [watched for watched in waiting if watched.session is self.conversation]
        self._begin_act()
        self.deployment.report_delivery((own or waiting)[-1], state, code, reason)
        return self._settle()
