"""The durable state of one person in one workflow: a stack of frames, and what it waits for.

Everything is plain JSON; a session round-trips through `to_json` and `from_json` between every two turns.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

FrameKind = Literal["main", "subflow", "digression"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One level of the stack. `flow` is "" for the workflow's own graph, else a linked subflow's id.

    `notes` belong to the node where the frame waits (its count of tries, for example) and go when it leaves.
    A digression shares the variables of the frame below, so its own stay empty.
    """

    node: str
    kind: FrameKind = "main"
    flow: str = ""
    interrupt: str = ""
    variables: Mapping[str, Any] = field(default_factory=dict)
    outputs: Mapping[str, Any] = field(default_factory=dict)
    notes: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        full = {
            "node": self.node,
            "kind": "" if self.kind == "main" else self.kind,
            "flow": self.flow,
            "interrupt": self.interrupt,
            "variables": self.variables,
            "outputs": self.outputs,
            "notes": self.notes,
        }
        return {name: value for name, value in full.items() if value}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Frame:
        return cls(**stored)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """What a parked session accepts. `timeout_s` counts from the commit, by the database's clock; None is for ever.

    `token` is fresh for every wait; a timeout that carries another one is stale.
    """

    token: str
    accepts: tuple[str, ...] = ("message",)
    timeout_s: float | None = None

    def to_json(self) -> dict[str, Any]:
        stored: dict[str, Any] = {"token": self.token}
        if self.accepts != ("message",):
            stored["accepts"] = list(self.accepts)
        if self.timeout_s is not None:
            stored["timeout_s"] = self.timeout_s
        return stored

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Wait:
        return cls(
            token=stored["token"],
            accepts=tuple(stored.get("accepts", ("message",))),
            timeout_s=stored.get("timeout_s"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Where one person is. `version` grows by one with every committed change and fences every write.

    No frames means that no execution is running: the next message or trigger starts one.
    `address` is our own number or name that the person last wrote to; unasked-for messages are sent from it.
    """

    version: int = 0
    frames: tuple[Frame, ...] = ()
    wait: Wait | None = None
    execution: str | None = None
    address: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return the state column; `version` has a column of its own."""
        full = {
            "frames": [frame.to_json() for frame in self.frames],
            "wait": self.wait.to_json() if self.wait else None,
            "execution": self.execution,
            "address": self.address,
        }
        return {name: value for name, value in full.items() if value}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any], version: int) -> Session:
        wait = stored.get("wait")
        return cls(
            version=version,
            frames=tuple(Frame.from_json(frame) for frame in stored.get("frames", ())),
            wait=Wait.from_json(wait) if wait else None,
            execution=stored.get("execution"),
            address=stored.get("address", ""),
        )
