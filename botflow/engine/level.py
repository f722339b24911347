"""A frame of a session's stack while a turn runs: its values may change until they are frozen again."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from botflow.engine.session import Frame, FrameKind
from botflow.flow.graph import Flow


@dataclass(slots=True, kw_only=True)
class Level:
    """A frame, thawed for the length of a turn."""

    flow: Flow
    node: str
    kind: FrameKind = "main"
    flow_id: str = ""
    interrupt: str = ""
    variables: dict[str, Any] = field(default_factory=dict)
    outputs: dict[str, Any] = field(default_factory=dict)
    notes: dict[str, Any] = field(default_factory=dict)
    changed: dict[str, None] = field(default_factory=dict)

    @classmethod
    def thaw(cls, frame: Frame, root: Flow) -> Level:
        return cls(
            flow=root.scope(frame.flow),
            node=frame.node,
            kind=frame.kind,
            flow_id=frame.flow,
            interrupt=frame.interrupt,
            variables=dict(frame.variables),
            outputs=dict(frame.outputs),
            notes=dict(frame.notes),
            changed=dict.fromkeys(frame.changed),
        )

    def freeze(self) -> Frame:
        return Frame(
            node=self.node,
            kind=self.kind,
            flow=self.flow_id,
            interrupt=self.interrupt,
            variables=self.variables,
            outputs=self.outputs,
            notes=self.notes,
            changed=tuple(self.changed),
        )
