"""A Simulator around a few nodes, and what only the engine's own tests look at: single turns, traces, sessions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from botflow.engine.asks import Answer, Ask
from botflow.engine.inbound import Inbound
from botflow.engine.node_type import NodeType
from botflow.engine.session import Session
from botflow.engine.turn import Turn
from botflow.flow.graph import Flow
from botflow.plugins import Plugin
from botflow.testing import Simulator
from botflow.testing.simulated.session import SimulatedSession
from tests.engine.inbounds import message

START = {"id": "start", "type": "chatbot", "actionType": "message_received"}


def node(
    id: str, name: str, *, next: str = "", on: Mapping[str, str] | None = None, **properties: Any
) -> dict[str, Any]:
    """Return a node as a document has it; `name` is `type.action`."""
    type_, action = name.split(".")
    placed: dict[str, Any] = {"id": id, "type": type_, "actionType": action, "properties": properties}
    return placed | ({"next": next} if next else {}) | ({"on": dict(on)} if on else {})


def say(id: str, text: str, next: str = "") -> dict[str, Any]:
    return node(id, "chatbot.say", text=text, next=next)


class Talk(Simulator):
    """One person and one flow. The first of `nodes` follows a trigger that takes every message.

    `send`, `wait` and `take` are one turn each: what its effects start stays due. `answer` answers every Ask, where it
    is given; `past_the_checker` changes the flow after it was compiled.
    """

    def __init__(
        self,
        *nodes: dict[str, Any],
        answer: Callable[[Ask], Answer] | None = None,
        others: Mapping[str, dict[str, Any]] | None = None,
        types: tuple[NodeType, ...] = (),
        past_the_checker: Callable[[Flow], Flow] = lambda flow: flow,
        **document: Any,
    ) -> None:
        self._answer = answer
        self._count = 0
        start = {**START, "next": nodes[0]["id"]}
        root = {"botflow": 1, "id": "root", "name": "Root", "nodes": [start, *nodes], **document}
        super().__init__(root, others=(others or {}).values(), plugins=[Plugin(name="tests", node_types=types)])
        self.conversation.flow = past_the_checker(self.conversation.flow)
        self.types = self.deployment.node_types

    def perform(self, session: SimulatedSession, ask: Ask) -> Answer:
        return super().perform(session, ask) if self._answer is None else self._answer(ask)

    def send(self, text: str = "", **fields: Any) -> list[str]:
        """Send a message and return the texts that come back."""
        return self.take(message(text, key=self._key(), **fields))

    def wait(self, token: str | None = None, **fields: Any) -> list[str]:
        """Let the wait's time run out (or an older wait's, by its token)."""
        current = self.session.wait.token if self.session.wait else ""
        named = current if token is None else token
        return self.take(message("", kind="timeout", key=self._key(), token=named, **fields))

    def take(self, inbound: Inbound) -> list[str]:
        self.deployment.take(self.conversation, inbound)
        return [sent.text for sent in self.turn.messages]

    @property
    def session(self) -> Session:
        return self.conversation.state

    @property
    def turn(self) -> Turn:
        """The last turn."""
        return self.conversation.turns[-1]

    @property
    def trace(self) -> list[list[Any]]:
        """What the last turn recorded."""
        return [event.to_json() for event in self.turn.events]

    def at_version(self, version: int) -> Talk:
        """Begin with a session that pauses and edits have brought to this version."""
        self.conversation.state = replace(self.session, version=version)
        return self

    def _key(self) -> str:
        self._count += 1
        return f"m{self._count}"
