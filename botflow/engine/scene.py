"""The working copy of a session during one turn, and what a node may do there.

A node says, sets, renders and records through its scene; it never sees the clock or the world. For authors of node
types: the docstring of `Scene` lists the public part. The rest belongs to the engine and may change.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from botflow.engine.effects import Effect, SendMessage
from botflow.engine.events import Event, OutputKept
from botflow.engine.following import Following
from botflow.engine.inbound import RUN, Inbound, Media
from botflow.engine.json_values import clipped, plain_json
from botflow.engine.kept_values import KeptValues
from botflow.engine.level import Level
from botflow.engine.limits import LimitExceeded, Limits
from botflow.engine.person.contact import Contact, ContactView
from botflow.engine.reading_scene import ReadingScene
from botflow.engine.session import AlarmKind, Frame, Handoff, Parent, Session
from botflow.engine.speech.buttons import Card, QuickReply
from botflow.engine.speech.language import Speech
from botflow.errors import FlowError
from botflow.flow.contact_fields import contact_field_of
from botflow.flow.graph import Flow, Node
from botflow.flow.templates.language_filters import SETTINGS
from botflow.flow.templates.template import INPUT, NODES, VARIABLES

_NAMESPACES = frozenset((VARIABLES, INPUT, NODES, SETTINGS))


class Scene(ReadingScene):
    """One turn's view of a session. What a node type may use:

    say(text)             say a rendered text to the session's person, with media, quick replies and cards
    send(message)         send a message that names its own channel and recipient
    follow_up(effect)     let something happen after the commit
    set(name, value)      assign a variable, or with a name such as `contact.name` a field of the person
    move(group, joins=)   put the person into a group, or take them out
    record(event)         write an event into the log
    handoff               set it where the node waits for a person: no message visits a node until it leaves
    render(text)          fill in a template; render_value inside a JSON value, render_escaped with the values escaped,
                          render_returned after a subflow
    evaluate(condition)   evaluate a condition
    look_up(path)         read one value, None when it is not there
    connected(handle)     say whether an edge leads on from a handle of the node

    inbound, now          the inbound, and when it was received: the only clock in a turn
    zone, local_now       the person's time zone, and `now` by their own clock
    contact               the person, in a flow that reads $contact; None elsewhere, and in a run
    variables, notes      the variables, and the waiting node's own memory, which is gone when it leaves
    node, flow, policy    the placed node, its workflow, and the workflow's rules
    language              the language in which the node speaks and reads
    message_is_taken      set it when a node takes answers from a message that led to it, so that no other does
    is_run                True when a trigger or a parent started this session, so there is no contact to talk to
    group                 the name of the wait that begins in this turn, for children and messages it waits for

    While a node resumes:

    returned              the variables of its finished subflow, {} after a body
    failure               code, message and node of a failure in its body
    timed_out, alarm      which alarm of its wait went off: the one set for `alarm_s` seconds after the wait began
    waited_for            the token of the wait that the inbound ended
    corrected             the variables with the answer that this one replaces, None unless it is a correction
    corrected_output      the output of the node with that answer, if it is kept
    """

    def __init__(
        self,
        flow: Flow,
        session: Session,
        inbound: Inbound,
        limits: Limits,
        said: list[SendMessage] | None = None,
        contact: Contact | None = None,
    ) -> None:
        self.inbound = inbound
        self.contact = ContactView(contact) if contact is not None else None
        self.events: list[Event] = []
        self.following = Following(flow, limits, [] if said is None else said)
        self.messages = self.following.messages
        self.effects = self.following.effects
        self.returned: Mapping[str, Any] | None = None
        self.failure: Mapping[str, str] | None = None
        self.alarm: AlarmKind | None = None
        self.alarm_s = 0.0
        self.waited_for = session.wait.token if session.wait else ""
        self.waits_for = session.wait.group if session.wait else ""
        self.asked = False
        self.acted = False
        self.answered = False
        self.message_is_taken = False
        self.visits = 0
        self.started = False
        self.parent: Parent | None = None
        self.result: Any = None
        self.closing = session.closing
        self.laps = session.laps
        self.kept_bytes = session.kept_bytes
        self.kept = KeptValues(session.values, session.kept_of or session.execution or inbound.new_execution_id)
        self.handoff: Handoff | None = None
        self.is_run = inbound.channel == RUN
        self.version = session.version + 1
        self.past = session.past
        self.corrected: Mapping[str, Any] | None = None
        self.corrected_output: Mapping[str, Any] = {}
        self.frames = session.frames
        self.speech = Speech(flow, session.language) if flow.translations else None
        flow = flow if self.speech is None else self.speech.flow
        self.levels = [Level.thaw(frame, flow) for frame in session.frames]
        self.root = self.levels[0] if self.levels else None
        self._given = session.given
        if session.given == {} and session.frames:
            self._given = {"input": session.frames[0].variables.get("input")}
        self.policy = flow.policy
        self._flow = flow
        self._limits = limits
        self._context: dict[str, Any] | None = None

    # -- what a node reads

    @property
    def level(self) -> Level:
        return self.levels[-1]

    @property
    def flow(self) -> Flow:
        return self.levels[-1].flow

    @property
    def node(self) -> Node:
        level = self.levels[-1]
        return level.flow.nodes[level.node]

    @property
    def workflow(self) -> Flow:
        """The workflow that the person is in, in the language of the conversation."""
        return self._flow

    @property
    def language(self) -> str:
        level = self.levels[-1]
        return level.flow.nodes[level.node].language

    @property
    def now(self) -> datetime:
        """When the inbound was received: the only clock in a turn."""
        return self.inbound.received_at

    @property
    def timed_out(self) -> bool:
        return self.alarm == "timeout"

    @property
    def group(self) -> str:
        """The name of a wait that begins in this turn, for the children and messages it waits for."""
        return str(self.version)

    @property
    def variables(self) -> Mapping[str, Any]:
        return self._owner.variables

    @property
    def notes(self) -> dict[str, Any]:
        """The waiting node's own memory; gone when the node leaves. Plain JSON."""
        return self.levels[-1].notes

    def connected(self, handle: str) -> bool:
        """Say whether `handle` of the current node has an edge."""
        level = self.levels[-1]
        return level.flow.target(level.node, handle) is not None

    # -- what a node does

    def say(
        self,
        text: str,
        *,
        media: tuple[Media, ...] = (),
        quick_replies: tuple[QuickReply, ...] = (),
        cards: tuple[Card, ...] = (),
    ) -> None:
        """Say `text` (already rendered) to the session's person; an empty message is not sent."""
        if text.strip() or media or cards:
            message = SendMessage(text=text, media=media, quick_replies=quick_replies, cards=cards)
            self.send(self.following.speak(message, self.levels[-1] if self.levels else None, self.inbound.channel))

    def send(self, message: SendMessage) -> None:
        """Send a message after the commit; LimitExceeded when this turn says too much, or the same too often."""
        if self.is_run and not message.to:
            raise FlowError(
                "a run has no person to talk to", code="run.nobody", hint="use a node that sends to a number"
            )
        self.following.send(message)

    def follow_up(self, effect: Effect) -> None:
        """Let something happen after the commit: start a run, emit an event. FlowError `input.too_large` when no run
        could take the input."""
        self.following.add(effect)

    def set(self, name: str, value: Any) -> Any:
        """Assign a variable and return it as it will be stored; FlowError `value.not_json` when JSON cannot hold it.

        A name such as `contact.name` is a field of the person: WrongContactValue for a value that does not fit it.
        """
        if "." in name and (field := contact_field_of(name)) is not None:
            return self.set_fields({field: value})[field]
        kept = plain_json(value)
        owner = self._owner
        owner.variables[name] = kept
        if owner.kind == "branch":
            owner.changed[name] = None
        if self._context is not None and name not in _NAMESPACES:
            self._context[name] = kept
        return kept

    def record(self, event: Event) -> None:
        self.events.append(event)

    # -- for the engine only

    def kept_input(self) -> Mapping[str, Any] | None:
        """Return `given` for the session: {} instead of a second copy of what the variable `input` holds."""
        if self._given is None or not self.levels:
            return None
        return {} if self.levels[0].variables.get("input") == self._given["input"] else self._given

    def keep_output(self, output: Mapping[str, Any]) -> None:
        level = self.levels[-1]
        if not output:
            return
        if level.node in level.flow.kept_outputs:
            kept = self._owner.outputs[level.node] = plain_json(dict(output))
            if self._context is not None:
                self._context[NODES][level.node] = kept
        if self.is_run:
            self.record(OutputKept(level.node, clipped(dict(output))))

    def begin(self, level: Level) -> None:
        """Start an execution on `level`, its lowest; `root` keeps it also when the execution ends."""
        self.started = True
        self.root = level
        if self.inbound.kind == "trigger" and not self.is_run:
            self._given = {"input": plain_json(self.inbound.parameters.get("input"))}
        self.levels.append(level)

    def push(self, level: Level) -> None:
        if len(self.levels) >= self._limits.frames:
            raise LimitExceeded(f"more than {self._limits.frames} frames deep", code="limit.frames")
        self.levels.append(level)
        self._context = None

    def pop(self) -> Level:
        self._context = None
        return self.levels.pop()

    def stand_on(self, frames: Sequence[Frame]) -> None:
        """Begin from other frames than the session's, when it goes back to an earlier question."""
        self.frames = tuple(frames)
        self.levels = [Level.thaw(frame, self._flow) for frame in frames]
        self.root = self.levels[0]
        self._context = None

    def correct(self, question: Sequence[Frame], answered: Sequence[Frame]) -> None:
        """Go back to the frames of an earlier `question`, whose answer left the frames `answered`, to change it."""
        self.stand_on(question)
        position = self.levels.index(self._owner)
        frame = answered[position] if position < len(answered) else Frame(node="")
        self.corrected = frame.variables
        self.corrected_output = frame.outputs.get(self.level.node, {})

    def hear(self, inbound: Inbound) -> None:
        """Replace the received inbound by `inbound`, the part of it that a node should read."""
        self.inbound = inbound
        self._context = None

    def cut(self, position: int) -> None:
        """Drop the levels from `position` on."""
        del self.levels[position:]
        self._context = None

    def speak(self, flow: Flow) -> None:
        """Go on in another language; `flow` is the workflow in it."""
        self._flow, self.policy = flow, flow.policy
        for level in self.levels:
            level.flow = flow.scope(level.flow_id)
        self._context = None

    def forget_values(self) -> None:
        """Collect the values for templates anew: the next node may speak another language."""
        self._context = None

    def forget_output(self) -> None:
        """Drop what an earlier visit left as this node's output."""
        if self._owner.outputs.pop(self.level.node, None) is not None:
            self._context = None

    @property
    def _owner(self) -> Level:
        """The level whose variables are in force: digressions and bodies share those of their graph's frame below."""
        position = len(self.levels) - 1
        flow_id = self.levels[position].flow_id
        while self.levels[position].kind in ("digression", "body") or self.levels[position].flow_id != flow_id:
            position -= 1
        return self.levels[position]
