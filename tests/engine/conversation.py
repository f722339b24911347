"""A conversation with a flow, without a runtime: the engine, a session that goes through JSON between all turns."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import orjson

from botflow.engine.asks import Answer, Ask
from botflow.engine.effects import SendMessage
from botflow.engine.inbound import Inbound
from botflow.engine.node_type import NodeType
from botflow.engine.session import Session
from botflow.engine.turn import Turn, take_turn
from botflow.flow.compile import compile_flow
from botflow.nodes import built_in
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


class Talk:
    """One person and one flow. The first of `nodes` follows a trigger that takes every message."""

    def __init__(
        self,
        *nodes: dict[str, Any],
        answer: Callable[[Ask], Answer] | None = None,
        others: Mapping[str, dict[str, Any]] | None = None,
        types: tuple[NodeType, ...] = (),
        **document: Any,
    ) -> None:
        self.types = {kind.name: kind for kind in (*built_in(), *types)}
        start = {**START, "next": nodes[0]["id"]}
        root = {"botflow": 1, "id": "root", "name": "Root", "nodes": [start, *nodes], **document}
        self.flow = compile_flow({"root": root, **(others or {})}, "root", self.types)
        self.session = Session()
        self.asks: list[Ask] = []
        self.turn: Turn
        self._answer = answer
        self._count = 0

    def send(self, text: str = "", **fields: Any) -> list[str]:
        """Send a message and return the texts that come back."""
        return self.take(message(text, key=self._key(), **fields))

    def wait(self, token: str | None = None, **fields: Any) -> list[str]:
        """Let the wait's time run out (or an older wait's, by its token)."""
        current = self.session.wait.token if self.session.wait else ""
        named = current if token is None else token
        return self.take(message("", kind="timeout", key=self._key(), token=named, **fields))

    def take(self, inbound: Inbound) -> list[str]:
        turn = take_turn(self.flow, self.session, inbound, self.types)
        try:
            ask = next(turn)
            while True:
                self.asks.append(ask)
                assert self._answer is not None
                ask = turn.send(self._answer(ask))
        except StopIteration as finished:
            self.turn = finished.value
        self.session = Session.from_json(orjson.loads(self.turn.state), self.turn.session.version)
        assert self.session == self.turn.session
        return [sent.text for sent in self.turn.messages]

    @property
    def messages(self) -> tuple[SendMessage, ...]:
        return self.turn.messages

    @property
    def events(self) -> list[list[Any]]:
        return [event.to_json() for event in self.turn.events]

    @property
    def variables(self) -> dict[str, Any]:
        """The innermost frame's variables, while the session waits."""
        return dict(self.session.frames[-1].variables)

    def _key(self) -> str:
        self._count += 1
        return f"m{self._count}"
