"""One session in memory: where it is, when it wakes up, and every turn it took."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from botflow.engine.asks import Answer, Ask, Line
from botflow.engine.effects import SendMessage
from botflow.engine.endings.opt_outs import accepts, silences
from botflow.engine.events import InboundIgnored, LogWritten
from botflow.engine.inbound import RUN, Inbound
from botflow.engine.limits import Limits
from botflow.engine.person.contact import Contact
from botflow.engine.session import Frame, Session
from botflow.engine.turn import NodeTypes, Turn
from botflow.flow.graph import Flow, Node
from botflow.testing.simulated.engine_turn import run_turn
from botflow.testing.transcript import TranscriptLine


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """An execution of a conversation that no message began: its input, and how many conversations had started each
    other up to it."""

    execution: str
    input: Any
    chain: int


Status = Literal["pending", "running", "waiting", "completed", "failed", "cancelled"]


@dataclass(slots=True, kw_only=True)
class SimulatedSession:
    """A person's conversation, or with the channel `run` a run. `depth` counts the runs above it.

    `parent` is the number of the session that started it, and `group` the wait there that it reports to. `said` is
    what its person has been told, and `transcript` what both said. `begun` holds by key what was started for the
    person, `latest` the last of it. `parked`: the person has opted out. `left` are messages that a person in place of
    the flow reads. `unheard` is what came for its wait while it was parked, with the turns that passed over it.
    """

    number: int
    flow: Flow
    channel: str = RUN
    sender: str = ""
    parent: int | None = None
    group: str = ""
    depth: int = 0
    input: object = None
    state: Session = field(default_factory=Session)
    status: Status = "pending"
    wake_at: datetime | None = None
    turns: list[Turn] = field(default_factory=list)
    asks: list[Ask] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    log: list[tuple[str, str]] = field(default_factory=list)
    artifacts: dict[str, bytes] = field(default_factory=dict)
    said: list[SendMessage] = field(default_factory=list)
    transcript: list[TranscriptLine] = field(default_factory=list)
    begun: dict[str, Begun] = field(default_factory=dict)
    latest: Begun | None = None
    parked: bool = False
    left: list[str] = field(default_factory=list)
    unheard: list[tuple[Turn, Inbound]] = field(default_factory=list)

    @property
    def is_run(self) -> bool:
        """True for a run, which has no person."""
        return self.channel == RUN

    @property
    def is_held(self) -> bool:
        """True while a person has the conversation: timers, triggers and results wait."""
        return self.state.handoff is not None and bool(self.state.handoff.person)

    @property
    def is_over(self) -> bool:
        """True when no execution is under way, but there was one."""
        return self.status in ("completed", "failed", "cancelled")

    @property
    def last(self) -> Turn | None:
        """The last turn that changed anything."""
        return next((turn for turn in reversed(self.turns) if turn.status != "ignored"), None)

    @property
    def execution(self) -> str:
        """The id of the execution under way, or of the last one; during an execution's first turn it has none yet."""
        return self.state.execution or (self.last.execution if self.last is not None else "")

    @property
    def node(self) -> Node | None:
        """The node where it waits; None when no execution is under way."""
        if not self.state.frames:
            return None
        frame = self.state.frames[-1]
        return self.flow.scope(frame.flow).nodes[frame.node]

    @property
    def variables(self) -> Mapping[str, object]:
        """The variables at the node where it waits, or those that its last execution ended with."""
        if self.state.frames:
            return _owner(self.state.frames).variables
        return self.last.variables if self.last is not None else {}

    def takes(self, inbound: Inbound, *, is_first: bool = True) -> bool:
        """Say whether `inbound` can be taken now: a message stays queued while the session waits for something else,
        all else while a person has the conversation. A word of consent visits no node. It waits only while a person has
        the conversation and anything is queued before it: `is_first` says that there is nothing."""
        if inbound.kind == "message":
            if silences(False, inbound):
                return is_first or not self.is_held
            return self.parked or self.state.handoff is not None or accepts(self.state, inbound)
        return not self.is_held

    def take(
        self,
        inbound: Inbound,
        node_types: NodeTypes,
        answer: Callable[[Ask], Answer],
        now: Callable[[], datetime],
        limits: Limits,
        contact: Contact | None = None,
    ) -> Turn:
        """Run one turn and keep its result; `now` is the time of its commit."""

        def asked(ask: Ask) -> Answer:
            self.asks.append(ask)
            return answer(ask)

        return self.keep(inbound, run_turn(self.flow, self.state, inbound, node_types, asked, limits, contact), now)

    def keep(self, inbound: Inbound, turn: Turn, now: Callable[[], datetime]) -> Turn:
        """Keep the result of a turn."""
        self.state = turn.session
        self.turns.append(turn)
        self._remember(inbound, turn)
        self.log += [(event.level, event.message) for event in turn.events if isinstance(event, LogWritten)]
        if turn.status != "ignored":
            self.status = turn.status
            self.wake_at = self.wake_at if turn.keeps_deadline else self._next_alarm(now())
        if self.is_held:
            self.stop_alarm()
        return turn

    def _remember(self, inbound: Inbound, turn: Turn) -> None:
        """Keep the turn's messages for models that ask for the history."""
        if InboundIgnored("handed_off") in turn.events:
            self.left.append(inbound.text)
        if inbound.kind == "message" and inbound.text:
            self.lines.append(Line(role="user", text=inbound.text))
        said = (message.text for message in turn.messages if message.text and not message.to)
        self.lines += [Line(role="assistant", text=text) for text in said]

    def cancel(self) -> None:
        """End the execution from outside; the next message starts a new one."""
        self.state = Session(version=self.state.version + 1, address=self.state.address)
        self.status, self.wake_at = "cancelled", None

    def stop_alarm(self) -> None:
        """Let the wait have no end, while a person has the conversation."""
        self.wake_at = None

    def start_alarm(self, now: datetime) -> None:
        """Let the wait's alarm begin anew."""
        self.wake_at = self._next_alarm(now)

    def _next_alarm(self, committed_at: datetime) -> datetime | None:
        wait = self.state.wait
        if wait is None:
            return None
        if wait.until:
            return datetime.fromisoformat(wait.until)
        return None if wait.timeout_s is None else committed_at + timedelta(seconds=wait.timeout_s)


def _owner(frames: tuple[Frame, ...]) -> Frame:
    """Return the frame whose variables are in force, as `Scene` finds it: a digression and a body share those below."""
    position = len(frames) - 1
    flow = frames[position].flow
    while frames[position].kind in ("digression", "body") or frames[position].flow != flow:
        position -= 1
    return frames[position]
