"""Runs one conversation, or one run, around a single node, and collects the results."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from pydantic import BaseModel

from botflow.engine.ask_json import fingerprint
from botflow.engine.asks import Answer, Ask, Pause
from botflow.engine.events import EdgeFollowed, Event, ExecutionFailed, ExecutionStarted, LogWritten, NodeFailed
from botflow.engine.node_type import NodeType
from botflow.engine.turn import Turn
from botflow.flow.graph import ExecutionMode
from botflow.nodes import built_in
from botflow.plugins import Plugin, installed_plugins
from botflow.testing.person import Person
from botflow.testing.scripted.outcomes import failed
from botflow.testing.simulated.session import SimulatedSession
from botflow.testing.simulator import VISITOR, Simulator

NODE = "it"  # the id of the node under test
CRASHED = "node.crashed"
OUTPUT_FIELDS = f"{{% for name in ${NODE} %}}{{{{ name }}}} {{% endfor %}} "  # blanks: a log's line is not empty
SAID = ("hello", "yes", "7", "tomorrow", "")  # the person's answers, one after the other
SILENCE = "8d"


def says_hello(talk: Simulator) -> object:
    """Begin as most conversations do."""
    return talk.says("hello")


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeExample:
    """A node to try: its type, and properties with which it works, as a document has them.

    It is placed in a flow with these `variables`, after a trigger that takes every message (in `mode` single: after a
    trigger by hand), and each of its handles is connected. A trigger is placed alone. `begin` starts the conversation,
    or the run.
    `workflows` are documents that the node refers to; `person` is the contact, whose `contact_fields` are declared.
    """

    node_type: NodeType
    properties: Mapping[str, object] = field(default_factory=dict)
    variables: Mapping[str, object] = field(default_factory=dict)
    mode: ExecutionMode = "persistent"
    workflows: tuple[Mapping[str, object], ...] = ()
    person: Person = VISITOR
    contact_fields: Mapping[str, object] = field(default_factory=dict)
    begin: Callable[[Simulator], object] = says_hello

    @property
    def values(self) -> BaseModel:
        return self.node_type.properties.model_validate(self.properties)

    def document(self) -> dict[str, object]:
        """Return the flow around the node; each of its handles leads to a line in the log: the names in its output."""
        handles = self.node_type.handles(self.values)
        after = {handle: f"after_{place}" for place, handle in enumerate(handles)}
        nodes = [_placed(NODE, self.node_type.name, self.properties) | {"on": after}]
        nodes += [_placed(name, "logic.log", {"message": OUTPUT_FIELDS}) for name in after.values()]
        if self.node_type.category == "action":
            trigger = "trigger.manual" if self.mode == "single" else "chatbot.message_received"
            nodes.insert(0, _placed("start", trigger, {}) | {"next": NODE})
        fields = {"contactFields": dict(self.contact_fields)} if self.contact_fields else {}
        return {"id": "trial", "executionMode": self.mode, "variables": dict(self.variables), "nodes": nodes, **fields}

    def plugins(self) -> list[Plugin]:
        """Return a plugin with the node type, unless it is built in."""
        here = [*built_in(), *(kind for plugin in installed_plugins() for kind in plugin.node_types)]
        is_here = any(kind.name == self.node_type.name for kind in here)
        return [] if is_here else [Plugin(name="on trial", node_types=(self.node_type,))]


class NodeTrial(Simulator):
    """Begins, then answers a few times, also without words, and lets time pass.

    `replay` is a trial whose Answers are given again; with `is_world_away`, every Ask fails.
    """

    def __init__(
        self,
        example: NodeExample,
        *,
        replay: NodeTrial | None = None,
        is_world_away: bool = False,
        wordless: bool = False,
    ) -> None:
        super().__init__(example.document(), others=example.workflows, plugins=example.plugins(), person=example.person)
        self.answers: list[Answer] = []
        self.asked: list[Ask] = []
        self.fingerprints: list[str] = []
        self._variables = example.variables
        has_trigger_of_runs = example.mode == "single" and example.node_type.category == "action"
        self._assigned_before = {"input"} if has_trigger_of_runs else set[str]()
        self._replayed: Iterator[Answer] | None = iter(replay.answers) if replay is not None else None
        self._is_world_away = is_world_away
        self.properties_in_the_beginning = copy.deepcopy(self.properties)
        example.begin(self)
        if example.mode == "persistent":
            self._answer_without_words() if wordless else self._answer()
        self.skip(SILENCE)

    def perform(self, session: SimulatedSession, ask: Ask) -> Answer:
        self.asked.append(ask)
        self.fingerprints.append(fingerprint(ask))
        if self._replayed is not None:
            answer = next(self._replayed)
        elif self._is_world_away and not isinstance(ask, Pause):
            answer = failed("world.away", "the world is away")
        else:
            answer = super().perform(session, ask)
        self.answers.append(answer)
        return answer

    @property
    def properties(self) -> BaseModel:
        return self.flow.nodes[NODE].properties

    @property
    def turns(self) -> list[Turn]:
        """Every turn, session after session."""
        return [turn for session in self.deployment.sessions.values() for turn in session.turns]

    @property
    def has_waited(self) -> bool:
        """Say whether the node itself has waited, and no node of a subflow or a body."""
        sessions = [turn.session for turn in self.turns if turn.session.wait is not None]
        return any(len(session.frames) == 1 and session.frames[0].node == NODE for session in sessions)

    @property
    def is_reached(self) -> bool:
        return any(
            (isinstance(event, EdgeFollowed) and event.target == NODE)
            or (isinstance(event, ExecutionStarted) and event.node == NODE)
            for event in self._recorded
        )

    @property
    def edges(self) -> list[EdgeFollowed]:
        """The edges that led out of the node."""
        return [event for event in self._recorded if isinstance(event, EdgeFollowed) and event.node == NODE]

    @property
    def crashes(self) -> list[str]:
        """What the node's code raised or returned instead of an outcome or a NodeFailure."""
        failures = [event for event in self._recorded if isinstance(event, (NodeFailed, ExecutionFailed))]
        return [event.message for event in failures if (event.node, event.code) == (NODE, CRASHED)]

    @property
    def assigned(self) -> set[str]:
        """The variables that are new, or have another value than at the beginning."""
        last = [session.last for session in self.deployment.sessions.values() if session.last is not None]
        variables = last[0].variables if last else {}
        missing = object()
        found = {name for name, value in variables.items() if self._variables.get(name, missing) != value}
        return found - self._assigned_before

    @property
    def output_fields(self) -> set[str]:
        """The fields that the node's outputs had."""
        logged = [event.message for event in self._recorded if isinstance(event, LogWritten) and event.node != NODE]
        return {field for message in logged for field in message.split()}

    @property
    def _recorded(self) -> list[Event]:
        return [event for turn in self.turns for event in turn.events]

    def _answer(self) -> None:
        for text in SAID:
            if not self.ended:
                self.says(text)

    def _answer_without_words(self) -> None:
        if not self.ended:
            self.sends_media("https://files.test/1.jpg", "image/jpeg")
        if not self.ended:
            self.shares_location(52.5, 13.4, "Berlin")


def _placed(id: str, type_name: str, properties: Mapping[str, object]) -> dict[str, object]:
    family, _, action = type_name.partition(".")
    return {"id": id, "type": family, "actionType": action, "properties": dict(properties)}
