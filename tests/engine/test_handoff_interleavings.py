"""Whatever happens in whatever order while a conversation waits for a person or a person has it: the bot is silent.

Each interleaving is a conversation in which the contact, people, clocks, a crash and a publication act at random. It is
drawn from its number alone, so that a failure can be run again by `BOTFLOW_TEST_INTERLEAVINGS_FROM`.
"""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from botflow.engine.effects import CloseHandoff, OpenHandoff
from botflow.engine.handoffs import claimed, given_back
from botflow.engine.inbound import Inbound
from botflow.engine.moves.dry_run import Trial, try_move
from botflow.engine.moves.move import Move, MoveRefused, Version
from botflow.engine.session import Session
from botflow.engine.turn import Turn
from botflow.testing import Simulator
from botflow.testing.simulated.engine_turn import run_turn
from tests.nodes.logic.test_handoff import step

INTERLEAVINGS = int(os.environ.get("BOTFLOW_TEST_INTERLEAVINGS", "") or 300)  # `make proof` takes 10,000
FIRST = int(os.environ.get("BOTFLOW_TEST_INTERLEAVINGS_FROM", "") or 0)
ACTS = 30
SAID = ("hello?", "help", "agent", "back", "no, I meant 7", "1", "yes", "cancel", "STOP", "", "Ann", "stop", "human")


def document(greeting: str) -> dict[str, Any]:
    """Return a flow that hands off in its graph, in a loop's body, in a subflow, in a digression, and again after."""
    return {
        "id": "desk",
        "corrections": True,
        "recap": "Where were we?",
        "nodes": [
            step("start", "chatbot.message_received", next="name"),
            step(
                "name",
                "chatbot.ask",
                text=greeting,
                variable="name",
                reminders=[{"after": "5m", "text": "Still there?"}],
                timeout="2h",
                next="agent",
            ),
            step(
                "agent",
                "logic.handoff",
                note="{{ name }}",
                summary=["name"],
                results=["refund"],
                timeout="10m",
                on={"returned": "each", "timeout": "late"},
            ),
            step("late", "chatbot.ask", text="Nobody is free. Go on?", next="each"),
            step("each", "logic.loop", items=["a", "b"], on={"each": "inner", "done": "below"}),
            step(
                "inner",
                "chatbot.menu",
                text="Which?",
                options=[{"id": "one", "label": "one"}, {"id": "two", "label": "two"}],
                on={"one": "again", "two": "below"},
            ),
            step("again", "logic.handoff", queue="second"),
            step("below", "logic.subflow", workflow="sub", next="bye"),
            step("bye", "chatbot.say", text="Bye {{ refund }}."),
            step("human", "logic.handoff", queue="digression", timeout="1h"),
            step("help", "chatbot.say", text="I help."),
        ],
        "interrupts": [
            {"id": "human", "match": ["agent", "human"], "target": "human"},
            {"id": "help", "match": ["help"], "target": "help"},
        ],
    }


SUB = {
    "id": "sub",
    "nodes": [
        step("start", "chatbot.message_received", next="first"),
        step("first", "chatbot.say", text="Now a person.", next="wait"),
        step("wait", "logic.handoff", queue="sub", timeout="30m"),
    ],
}
OLD, NEW = (Simulator(document(greeting), others=[SUB]).flow for greeting in ("Name?", "Your name?"))


class Interleaving:
    """One conversation, in which every turn is looked at."""

    def __init__(self, number: int, seen: Counter[str]) -> None:
        self._draw = random.Random(number)
        self._seen = seen
        self._talk = Simulator(OLD)
        self._session = self._talk.conversation
        self._looked = 0
        self._before = self._session.state
        self._open: set[int] = set()
        self._stale: list[tuple[str, str]] = []
        self.spoken = 0  # messages of the bot while it had to be silent

    def run(self) -> None:
        self._do(lambda: self._talk.says("hi"))
        self._do(lambda: self._talk.says(self._draw.choice(("Ann", "agent"))))
        acts: list[tuple[Callable[[], object], int]] = [
            (self._says, 8),
            (self._says_twice, 2),
            (self._opens, 1),
            (self._claims, 4),
            (self._releases, 2),
            (self._returns, 3),
            (self._time_passes, 3),
            (self._late_timeout, 2),
            (self._forged_return, 1),
            (self._publishes, 2),
            (self._dies, 3),
            (self._ends, 1),
        ]
        choices, weights = zip(*acts, strict=True)
        for act in self._draw.choices(choices, weights, k=ACTS):
            self._do(act)

    def _do(self, act: Callable[[], object]) -> None:
        """Act, then look at each turn that was taken."""
        wait = self._session.state.wait
        if wait is not None:
            self._stale.append((wait.token, wait.group))
        act()
        for turn in self._session.turns[self._looked :]:
            self._look(turn)
        self._looked = len(self._session.turns)

    def _look(self, turn: Turn) -> None:
        """A turn that finds a handoff and leaves it says nothing; it ends one only by what may end it."""
        self._note(turn)
        heard = turn.heard
        before, after = self._before.handoff, turn.session.handoff
        self._before = turn.session
        if before is None or heard is None:
            return
        if after is not None and after.version == before.version:
            self._seen["silent turns"] += 1
            self.spoken += len(turn.messages)
            return
        may_end = heard.kind == "timeout" and not before.person
        assert may_end, (heard.kind, before)
        self._seen[f"ended by {heard.kind}"] += 1

    def _note(self, turn: Turn) -> None:
        for effect in turn.effects:
            match effect:
                case OpenHandoff(version=version):
                    self._seen["handoffs"] += 1
                    assert turn.session.handoff is not None
                    assert turn.session.handoff.version == version
                    self._open.add(version)
                case CloseHandoff(version=version):
                    assert version in self._open
                    self._open.discard(version)

    # -- what happens

    def _says(self) -> None:
        self._talk.says(self._draw.choice(SAID))

    def _says_twice(self) -> None:
        self._says()
        self._says()

    def _opens(self) -> None:
        if self._session.state.frames:
            self._talk.deployment.queue(self._session, "opened")
            self._talk.deployment.settle()

    def _claims(self) -> None:
        if self._session.state.frames or self._session.state.handoff is not None:
            self._seen["claims"] += 1
            self._talk.agent.claims(self._draw.choice(("Maria", "Luigi")))
            self._before = self._session.state

    def _releases(self) -> None:
        state = self._session.state
        if state.handoff is not None and state.awaits_return:
            self._seen["releases"] += 1
            self._talk.agent.releases()
            self._before = self._session.state

    def _returns(self) -> None:
        """A person gives it back; a message may come between that and its turn."""
        state = self._session.state
        if state.handoff is None:
            return
        self._seen["returns"] += 1
        self._open.discard(state.handoff.version)
        self._before = given_back(state)
        if self._draw.random() < 0.5:
            self._talk.deployment.queue(self._session, "message", text="before the return is heard")
        self._talk.agent.returns(note="x", values={"refund": 7, "name": "Eve"})

    def _time_passes(self) -> None:
        self._talk.skip(self._draw.choice(("1m", "9m", "11m", "40m", "3h")))

    def _late_timeout(self) -> None:
        """A timeout of an earlier wait, or of this one although a person has claimed it since, is run now."""
        if not self._stale:
            return
        token, _ = self._draw.choice(self._stale)
        current = self._session.state.wait
        if current is not None and token == current.token:
            return
        self._seen["late timeouts"] += 1
        self._talk.deployment.queue(self._session, "timeout", key=f"late:{self._draw.random()}", token=token)
        self._talk.deployment.settle()

    def _forged_return(self) -> None:
        """A return that was queued for another handoff does nothing."""
        parameters = {"person": "Eve", "note": "", "values": {}}
        token, _ = self._draw.choice(self._stale)
        current = self._session.state.wait
        if current is None or token != current.token:
            self._talk.deployment.queue(self._session, "returned", token=token, parameters=parameters)
            self._talk.deployment.settle()

    def _publishes(self) -> None:
        """Publish another version by plan; a session that a person has stays in its own."""
        state = self._session.state
        if state.wait is None or not state.frames or (state.handoff is not None and state.handoff.person):
            return
        old, new = (OLD, NEW) if self._session.flow is not NEW else (NEW, OLD)
        move = self._draw.choice((Move("same"), Move("restart")))
        types = self._talk.deployment.node_types
        trial = Trial("chat", "ann", self._talk.now)
        moved = try_move(state, Version(old, types), Version(new, types), move, trial)
        if isinstance(moved, MoveRefused):
            self._seen[f"not moved: {moved.reason}"] += 1
            assert state.handoff is None or moved.reason == "wait.for_person", moved
            return
        self._seen["moved"] += 1
        assert moved.handoff == state.handoff
        self._session.flow = new
        self._session.state = self._before = replace(moved, version=state.version + 1)
        if not moved.frames:
            self._session.stop_alarm()

    def _dies(self) -> None:
        """A process computes a turn and dies before it is committed: the turn runs again, and is the same."""
        state = self._session.state
        if state.wait is None:
            return
        inbound = Inbound(
            kind="message",
            key="dies",
            received_at=self._talk.now,
            seed=1,
            channel="chat",
            text=self._draw.choice(SAID),
        )
        stored = Session.from_json(state.to_json(), state.version)
        turns = [run_turn(self._session.flow, stored, inbound, self._talk.deployment.node_types, _no_ask) for _ in "12"]
        assert turns[0].state == turns[1].state
        if state.handoff is not None:
            self._seen["crashes"] += 1
            self.spoken += len(turns[0].messages)

    def _ends(self) -> None:
        """An operator ends the conversation."""
        if self._session.state.frames and self._session.state.handoff is None:
            self._session.cancel()
            self._before = self._session.state


def _no_ask(ask: object) -> Any:
    raise AssertionError(f"nothing is asked here, but {ask}")


def interleavings() -> Iterator[int]:
    return iter(range(FIRST, FIRST + INTERLEAVINGS))


def test_the_bot_is_silent_in_every_interleaving() -> None:
    seen: Counter[str] = Counter()
    spoken = 0
    for number in interleavings():
        interleaving = Interleaving(number, seen)
        try:
            interleaving.run()
        except AssertionError as failure:
            raise AssertionError(f"interleaving {number}: {failure}") from failure
        spoken += interleaving.spoken
        assert interleaving.spoken == 0, f"interleaving {number}: the bot has spoken"
    print(f"{INTERLEAVINGS} interleavings, {spoken} messages of the bot: {dict(seen)}")
    for rare in ("handoffs", "claims", "releases", "returns", "late timeouts", "moved", "crashes", "ended by timeout"):
        assert seen[rare] >= INTERLEAVINGS // 20, (rare, seen)


def test_a_claim_replaces_the_person_before() -> None:
    session = claimed(Session(version=3), "Maria", 7)
    again = claimed(session, "Luigi", 12)

    assert again.handoff is not None
    assert (again.handoff.person, again.handoff.since, again.handoff.version) == ("Luigi", 7, 4)
