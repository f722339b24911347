"""What a conversation of the soak must hold: a model of the flow in a few lines, which knows nothing of the engine."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tests.faults.flows.soak import OTHER_NUMBER, PARTS, SECONDS

GO_ON, QUICK = "Go on.", "Quick!"


@dataclass(frozen=True, slots=True)
class Message:
    """One message of ours; `to` is empty when it goes to the conversation's person."""

    text: str
    to: str = ""


@dataclass(frozen=True, slots=True)
class Heard:
    """One inbound in the order of its turns: a person's `message`, or the `timeout` of the wait that `version` began.

    Any other kind, such as `opened`, does nothing in this flow.
    """

    kind: str
    text: str = ""
    version: int = 0


@dataclass(slots=True)
class Model:
    """Where a conversation stands. `hurried` is what led to the question with little time that waits now."""

    has_begun: bool = False
    version: int = 0
    hurried: str = ""
    waiting_since: int = 0
    armed: int = 0  # questions with little time
    in_time: int = 0
    too_late: int = 0
    stale: int = 0

    def hear(self, heard: Heard) -> list[Message]:
        """Return what the turn must say."""
        self.version += 1
        if heard.kind == "timeout":
            return self._end_wait(heard.version)
        if heard.kind != "message":
            return []
        if not self.has_begun:
            self.has_begun = True
            return [Message(GO_ON)]
        if self.hurried:
            self.hurried = ""
            self.in_time += 1
            words = "You said: {}" if "think " in heard.text else "In time: {}."
            return [Message(words.format(heard.text)), Message(GO_ON)]
        return self._answer(heard.text)

    def _end_wait(self, version: int) -> list[Message]:
        if not self.hurried or version != self.waiting_since:
            self.stale += 1
            return []
        late, self.hurried = self.hurried, ""
        self.too_late += 1
        return [Message(f"Too late for {late}."), Message(GO_ON)]

    def _answer(self, text: str) -> list[Message]:
        word = text.partition(" ")[0]
        if word in {f"hurry{seconds}" for seconds in SECONDS}:
            self.hurried, self.waiting_since = text, self.version
            self.armed += 1
            return [Message(QUICK)]
        match word:
            case "think":
                said = [Message(f"You said: {text}")]
            case "tell":
                said = [Message(f"For you: {text}.", OTHER_NUMBER), Message("Told.")]
            case "many":
                said = [Message(f"Part {number} of {text}.") for number in range(1, PARTS + 1)]
            case _:
                said = [Message(f"Heard {text}.")]
        return [*said, Message(GO_ON)]


def conversation(heard: Iterable[Heard]) -> tuple[Model, list[list[Message]]]:
    """Return the model at the end, and what each turn must have said."""
    model = Model()
    return model, [model.hear(one) for one in heard]
