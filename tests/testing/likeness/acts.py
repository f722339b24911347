"""What people and applications do in a conversation, as values that the Simulator and the runtime both carry out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from botflow.engine.inbound import Location, Media

FIRST = "ann"  # who talks unless an act names another
NUMBERS = {"ann": "+12125550111", "bea": "+12125550112", "cay": "+12125550113"}
OURS = "+15550002222"


@dataclass(frozen=True, kw_only=True)
class Act:
    """`who` is a person, `workflow` the one they talk with: "" for the one under test."""

    who: str = FIRST
    workflow: str = ""


@dataclass(frozen=True, kw_only=True)
class Says(Act):
    text: str
    media: Sequence[Media] = ()
    location: Location | None = None


@dataclass(frozen=True, kw_only=True)
class Presses(Act):
    """Presses a button of the last message with buttons, or of one like `of`."""

    button: str
    of: str | None = None


@dataclass(frozen=True, kw_only=True)
class Opens(Act):
    pass


@dataclass(frozen=True, kw_only=True)
class Rings(Act):
    pass


@dataclass(frozen=True, kw_only=True)
class Starts(Act):
    """An application starts the person's conversation."""

    input: Any = None
    key: str = ""


@dataclass(frozen=True, kw_only=True)
class Runs(Act):
    """An application starts a run without a person."""

    input: Any = None


@dataclass(frozen=True, kw_only=True)
class Emits(Act):
    event: str
    payload: Any = None


@dataclass(frozen=True, kw_only=True)
class TimePasses(Act):
    """The next timer goes off, whichever it is."""


@dataclass(frozen=True, kw_only=True)
class Delivery(Act):
    """A provider reports about the last message whose node waits for that."""

    state: Literal["sent", "delivered", "failed"]
    code: str = ""


@dataclass(frozen=True, kw_only=True)
class Claims(Act):
    person: str = "Maria"


@dataclass(frozen=True, kw_only=True)
class Releases(Act):
    pass


@dataclass(frozen=True, kw_only=True)
class Writes(Act):
    """The person who has the conversation writes in it."""

    text: str = "Hello, this is Maria."


@dataclass(frozen=True, kw_only=True)
class Returns(Act):
    note: str = "done"
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Script:
    """Documents, the first of which is under test; a channel; what is stored of the first person; and the acts."""

    name: str
    documents: Sequence[Mapping[str, Any]]
    acts: Sequence[Act]
    channel: str = "chat"
    fields: Mapping[str, Any] = field(default_factory=dict)
    groups: tuple[str, ...] = ()

    def address(self, who: str) -> str:
        return who if self.channel == "chat" else NUMBERS[who]
