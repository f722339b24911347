"""What follows a turn's commit: the messages that it says and its effects, within the bounds of one turn."""

from __future__ import annotations

from dataclasses import replace

from botflow.engine.effects import Effect, SendMessage, input_size
from botflow.engine.inbound import CHAT
from botflow.engine.level import Level
from botflow.engine.limits import LARGEST_INPUT, LimitExceeded, Limits
from botflow.engine.speech.speaking import pace_of, with_pause, with_question
from botflow.errors import FlowError
from botflow.flow.graph import Flow


class Following:
    """The messages and effects of one turn so far, in their order. `said` is the list that takes the messages."""

    def __init__(self, flow: Flow, limits: Limits, said: list[SendMessage]) -> None:
        self.messages = said
        self.effects: list[Effect] = []
        self._policy = flow.policy
        self._asks_for_feedback = flow.chat.feedback
        self._limits = limits

    def speak(self, message: SendMessage, level: Level | None, channel: str) -> SendMessage:
        """Return the words of the node at `level` as a message: with its question, and at its pace."""
        if level is None:
            return message
        message = with_question(message, level.flow, level.node)
        if channel != CHAT:
            return message
        if self._asks_for_feedback:
            message = replace(message, node=f"{level.flow_id}/{level.node}" if level.flow_id else level.node)
        return with_pause(message, self.messages, pace_of(level.flow.nodes[level.node].properties, self._policy.pace))

    def send(self, message: SendMessage) -> None:
        """Send a message after the commit; LimitExceeded when this turn says too much, or the same too often."""
        if len(message.text) > self._limits.message_characters:
            raise LimitExceeded(
                f"a message has {len(message.text)} characters, more than {self._limits.message_characters}",
                code="limit.message_size",
            )
        if len(self.messages) >= self._limits.messages:
            raise LimitExceeded(f"one turn said more than {self._limits.messages} messages", code="limit.messages")
        message = self._as_the_workflow_wants(message)
        if self.messages.count(message) >= self._limits.same_message:
            raise LimitExceeded(
                f"one turn said the same message more than {self._limits.same_message} times", code="limit.repeated"
            )
        self.messages.append(message)

    def add(self, effect: Effect) -> None:
        """Let something happen after the commit: start a run, emit an event. FlowError `input.too_large` when no run
        could take the input."""
        if len(self.effects) >= self._limits.effects:
            raise LimitExceeded(f"one turn has more than {self._limits.effects} effects", code="limit.effects")
        if (size := input_size(effect)) > LARGEST_INPUT:
            raise FlowError(
                f"the input for another run has {size} bytes, more than {LARGEST_INPUT}",
                code="input.too_large",
                hint="hand on ids, and let that workflow look the rest up",
            )
        self.effects.append(effect)

    def make_room_for_message(self) -> None:
        """Drop the last messages of a turn that has said too much, so that one more is within the limit."""
        del self.messages[self._limits.messages - 1 :]

    def allow_more(self, limits: Limits) -> None:
        """Let what runs now say a quarter of a turn's messages, and have a turn's effects."""
        self._limits = replace(
            self._limits,
            messages=len(self.messages) + limits.messages // 4,
            effects=len(self.effects) + limits.effects,
        )

    def mark(self) -> tuple[int, int]:
        """Return how many messages and effects there are, for `unsay`."""
        return len(self.messages), len(self.effects)

    def unsay(self, mark: tuple[int, int]) -> None:
        """Drop the messages and effects added since `mark`."""
        del self.messages[mark[0] :]
        del self.effects[mark[1] :]

    def _as_the_workflow_wants(self, message: SendMessage) -> SendMessage:
        """Apply the workflow's `validity` and `ordering` to the message."""
        policy = self._policy
        if policy.ordering == "sent":
            message = replace(message, ordering="sent")
        if policy.validity is not None and message.validity_s is None:
            message = replace(message, validity_s=policy.validity)
        return message
