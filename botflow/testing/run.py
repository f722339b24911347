"""A run as a test sees it: its input, its current node, its output."""

from __future__ import annotations

from collections.abc import Mapping

from botflow.engine.events import Event, ExecutionFailed
from botflow.testing.simulated.session import SimulatedSession, Status


class Run:
    """One execution that a trigger started: without a person, or for the person of the conversation."""

    def __init__(self, session: SimulatedSession) -> None:
        self._session = session

    def __repr__(self) -> str:
        where = f" at {self.node!r}" if self.node else ""
        return f"<Run of {self.workflow!r}: {self.status}{where}>"

    @property
    def workflow(self) -> str:
        """The id of its workflow; a branch has that of the workflow which it is part of."""
        return self._session.flow.id

    @property
    def status(self) -> Status:
        return self._session.status

    @property
    def input(self) -> object:
        """What its trigger was given; of a branch, the variables it began with."""
        return self._session.input

    @property
    def output(self) -> object:
        """Its output; None until it has completed."""
        return self._session.last.output if self._session.last is not None else None

    @property
    def failure(self) -> ExecutionFailed | None:
        """Why it failed: `node`, `code`, `message`."""
        return self._session.last.failure if self._session.last is not None else None

    @property
    def node(self) -> str | None:
        """The id of the node where it waits."""
        return self._session.node.id if self._session.node is not None else None

    @property
    def variables(self) -> Mapping[str, object]:
        return self._session.variables

    @property
    def log(self) -> list[tuple[str, str]]:
        """Level and message of every line that its nodes and actions wrote."""
        return list(self._session.log)

    @property
    def artifacts(self) -> Mapping[str, bytes]:
        """What its actions saved, by name."""
        return dict(self._session.artifacts)

    @property
    def events(self) -> list[Event]:
        """Everything that its turns recorded."""
        return [event for turn in self._session.turns for event in turn.events]
