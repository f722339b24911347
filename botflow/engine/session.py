"""The durable state of one person in one workflow: a stack of frames, and what it waits for.

Everything is plain JSON; a session round-trips through `to_json` and `from_json` between every two turns.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, replace
from typing import Any, Literal

from botflow.engine.inbound import RETURNED
from botflow.values import value

FrameKind = Literal["main", "subflow", "digression", "body", "branch"]
AlarmKind = Literal["timeout", "reminder", "expiry"]


@value(frozen=True, slots=True, kw_only=True)
class Frame:
    """One level of the stack. `flow` is "" for the workflow's own graph, else a linked subflow's id.

    `notes` belong to the node where the frame waits (its count of tries, for example) and are dropped when it leaves.
    A digression and a body (of a loop, a try) share the variables of the frame below, so their own stay empty.
    A branch (of a parallel) is the lowest frame of its run, and knows which variables it has `changed`.
    `kept` names the large values of a run that are stored elsewhere, as `{"variables": {"items": name}}`.
    """

    node: str
    kind: FrameKind = "main"
    flow: str = ""
    interrupt: str = ""
    variables: Mapping[str, Any] = field(default_factory=dict)
    outputs: Mapping[str, Any] = field(default_factory=dict)
    notes: Mapping[str, Any] = field(default_factory=dict)
    changed: tuple[str, ...] = ()
    kept: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        frame = self.emptied()
        full = {
            "node": frame.node,
            "kind": "" if frame.kind == "main" else frame.kind,
            "flow": frame.flow,
            "interrupt": frame.interrupt,
            "variables": frame.variables,
            "outputs": frame.outputs,
            "notes": frame.notes,
            "changed": frame.changed,
            "kept": frame.kept,
        }
        return {name: value for name, value in full.items() if value}

    def filled(self, values: Mapping[str, Any]) -> Frame:
        """Return the frame with its large values."""
        if not self.kept:
            return self
        parts: dict[str, Any] = {
            part: {**getattr(self, part), **{name: values[kept] for name, kept in names.items()}}
            for part, names in self.kept.items()
        }
        return replace(self, **parts)

    def emptied(self) -> Frame:
        """Return the frame without its large values, as it is stored."""
        if not self.kept:
            return self
        parts: dict[str, Any] = {part: self._small(part, names) for part, names in self.kept.items()}
        return replace(self, **parts)

    def _small(self, part: str, kept: Mapping[str, str]) -> Mapping[str, Any]:
        values: Mapping[str, Any] = getattr(self, part)
        return {name: value for name, value in values.items() if name not in kept}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Frame:
        return cls(**{**stored, "changed": tuple(stored["changed"])}) if "changed" in stored else cls(**stored)


@value(frozen=True, slots=True)
class Alarm:
    """An alarm `after_s` seconds after its wait began. A wait begins at a commit, by the database's clock."""

    after_s: float
    kind: AlarmKind = "timeout"

    def to_json(self) -> list[Any]:
        return [self.after_s] if self.kind == "timeout" else [self.after_s, self.kind]


@value(frozen=True, slots=True, kw_only=True)
class Wait:
    """What a parked session accepts: kinds of inbounds. A message that it does not accept stays queued until it does.

    `token` is new for every wait, and for the rest of a wait after an alarm; a timeout with another token is stale.
    `alarms` are in order of time; the session wakes up for the first. `until` is that moment (ISO 8601, UTC), if it is
    known: for a wait until a moment, and after the first alarm.
    Children's ends and deliveries carry the wait's `group`, which stays the same while one node keeps waiting.
    """

    token: str
    accepts: tuple[str, ...] = ("message",)
    alarms: tuple[Alarm, ...] = ()
    until: str = ""
    group: str = ""

    @property
    def timeout_s(self) -> float | None:
        """Seconds from the commit until the session wakes up without an inbound; None: never, or at `until`."""
        return self.alarms[0].after_s if self.alarms and not self.until else None

    def to_json(self) -> dict[str, Any]:
        stored: dict[str, Any] = {"token": self.token}
        if self.accepts != ("message",):
            stored["accepts"] = list(self.accepts)
        if self.alarms:
            stored["alarms"] = [alarm.to_json() for alarm in self.alarms]
        if self.until:
            stored["until"] = self.until
        if self.group:
            stored["group"] = self.group
        return stored

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Wait:
        return cls(
            token=stored["token"],
            accepts=tuple(stored.get("accepts", ("message",))),
            alarms=tuple(Alarm(*alarm) for alarm in stored.get("alarms", ())),
            until=stored.get("until", ""),
            group=stored.get("group", ""),
        )


@value(frozen=True, slots=True, kw_only=True)
class Parent:
    """The session that a run reports its end to, the group of its wait, and the run's name there."""

    session: int
    group: str
    branch: str

    def to_json(self) -> dict[str, Any]:
        return {"session": self.session, "group": self.group, "branch": self.branch}


@value(frozen=True, slots=True)
class Past:
    """The questions that the person may go back to, oldest first, as written by `answer_history.py`.

    `barred`: an action that cannot be undone came before the first of them.
    """

    answered: tuple[Mapping[str, Any], ...] = ()
    barred: bool = False

    def to_json(self) -> dict[str, Any]:
        full = {"answered": list(self.answered), "barred": self.barred}
        return {name: value for name, value in full.items() if value}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Past:
        return cls(tuple(stored.get("answered", ())), stored.get("barred", False))


@value(frozen=True, slots=True, kw_only=True)
class Closing:
    """An execution that ends as soon as its `finally` bodies have run, and how it then ends.

    `status` is completed, failed, cancelled or expired. `error` is why, as `{code, message, node}`; {} for completed.
    `output` holds the result of a completed execution, and is () without one. The frame `at` is the body that runs now;
    0 before the first one. `laps` counts the turns that a run has taken since.
    """

    status: Literal["completed", "failed", "cancelled", "expired"]
    error: Mapping[str, str] = field(default_factory=dict)
    output: tuple[Any, ...] = ()
    at: int = 0
    laps: int = 0

    def to_json(self) -> dict[str, Any]:
        full = {"status": self.status, "error": self.error, "output": self.output, "at": self.at, "laps": self.laps}
        return {name: value for name, value in full.items() if value}

    @property
    def is_cancellation(self) -> bool:
        return self.status == "cancelled"

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Closing:
        return cls(**{**stored, "output": tuple(stored.get("output", ()))})


@value(frozen=True, slots=True, kw_only=True)
class Handoff:
    """A person talks to the contact instead of the flow; `person` is the name that the contact sees, "" while a flow's
    handoff waits for one. What came from the seq `since` on (0: since its beginning) was said to that person, and no
    node has answered it. `version` is the session's version with which it began: with the session, its id. `picture`
    is the address of the person's picture, "" for none."""

    person: str
    since: int
    version: int
    picture: str = ""

    def to_json(self) -> dict[str, Any]:
        full = {"person": self.person, "since": self.since, "version": self.version}
        return {**full, "picture": self.picture} if self.picture else full


@value(frozen=True, slots=True, kw_only=True)
class Persona:
    """Whom a fork of a conversation takes its messages for: the channel and the address or id of the original's person.
    They are only read, for the time zone and the like: the fork's own session is on no channel."""

    channel: str
    sender: str

    def to_json(self) -> dict[str, Any]:
        return {"channel": self.channel, "sender": self.sender}


@value(frozen=True, slots=True, kw_only=True)
class Session:
    """The state of a person in a workflow. `version` grows by one with every committed change and fences every write.

    No frames means that no execution is running: the next message or trigger starts one.
    `address` is our own number or name that the person last wrote to; proactive messages are sent from it.
    `laps` counts the turns of a single run; `parent` is told of its end. `past`: questions to go back to.
    `given` is the input of the trigger that began a conversation's execution, as `{"input": ...}`, and {} while the
    variable `input` holds it; None in an execution that began with a message.
    `values` holds the large values of a run's frames by their names; they are stored with the execution `kept_of`, ""
    for its own. `kept_bytes` counts what the run has stored of them so far. `closing`: the execution is ending.
    `cancel` is the place in the queue (`seq`) of the inbound whose turn must cancel the execution, 0 for none.
    `handoff`: a person has taken the conversation over, or is to do so; no message of its contact visits a node.
    `persona` is there in a fork of a conversation, until its execution ends.
    `language` is the one that a flow with several speaks to the person now, also when no execution is running.
    """

    version: int = 0
    frames: tuple[Frame, ...] = ()
    wait: Wait | None = None
    execution: str | None = None
    address: str = ""
    laps: int = 0
    parent: Parent | None = None
    past: Past = Past()
    given: Mapping[str, Any] | None = None
    kept_of: str = ""
    kept_bytes: int = 0
    values: Mapping[str, Any] = field(default_factory=dict, compare=False)
    closing: Closing | None = None
    cancel: int = 0
    handoff: Handoff | None = None
    persona: Persona | None = None
    language: str = ""

    @property
    def awaits_return(self) -> bool:
        """True while a flow's handoff waits for the end of it: a person gives the conversation back."""
        return self.wait is not None and RETURNED in self.wait.accepts

    def missing(self) -> set[str]:
        """Return the names of large values that the frames need and the session does not hold."""
        return self.kept_names() - self.values.keys()

    def kept_names(self) -> set[str]:
        return {name for frame in self.frames for names in frame.kept.values() for name in names.values()}

    def filled(self, values: Mapping[str, Any]) -> Session:
        """Return the session with these large values in `values` and in its frames."""
        return replace(self, values=values, frames=tuple(frame.filled(values) for frame in self.frames))

    def emptied(self) -> Session:
        """Return the session without its large values, as it is stored."""
        return replace(self, values={}, frames=tuple(frame.emptied() for frame in self.frames)) if self.values else self

    def to_json(self) -> dict[str, Any]:
        """Return the state column; `version` has a column of its own."""
        full = {
            "frames": [frame.to_json() for frame in self.frames],
            "wait": self.wait.to_json() if self.wait else None,
            "execution": self.execution,
            "address": self.address,
            "laps": self.laps,
            "parent": self.parent.to_json() if self.parent else None,
            "past": self.past.to_json() if self.past.answered or self.past.barred else None,
            "keptOf": self.kept_of,
            "keptBytes": self.kept_bytes,
        }
        kept = {name: value for name, value in full.items() if value}
        if self.closing is not None:
            kept["closing"] = self.closing.to_json()
        if self.cancel:
            kept["cancel"] = self.cancel
        if self.handoff is not None:
            kept["handoff"] = self.handoff.to_json()
        if self.persona is not None:
            kept["persona"] = self.persona.to_json()
        if self.language:
            kept["language"] = self.language
        return kept if self.given is None else {**kept, "given": self.given}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any], version: int) -> Session:
        wait = stored.get("wait")
        return cls(
            version=version,
            frames=tuple(Frame.from_json(frame) for frame in stored.get("frames", ())),
            wait=Wait.from_json(wait) if wait else None,
            execution=stored.get("execution"),
            address=stored.get("address", ""),
            laps=stored.get("laps", 0),
            parent=Parent(**stored["parent"]) if stored.get("parent") else None,
            past=Past.from_json(stored["past"]) if "past" in stored else Past(),
            given=stored.get("given"),
            kept_of=stored.get("keptOf", ""),
            kept_bytes=stored.get("keptBytes", 0),
            closing=Closing.from_json(stored["closing"]) if "closing" in stored else None,
            cancel=stored.get("cancel", 0),
            handoff=Handoff(**stored["handoff"]) if "handoff" in stored else None,
            persona=Persona(**stored["persona"]) if "persona" in stored else None,
            language=stored.get("language", ""),
        )
