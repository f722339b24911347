"""A fork without changes, at any step of any flow, does from there what its original did; so do forks of forks."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from itertools import cycle
from typing import Any

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from botflow.engine.ask_json import answer_to_json, ask_to_json, fingerprint
from botflow.engine.asks import Answer, Ask, AskFailure, AskHistory, AskModel, Invoke, Pause
from botflow.engine.bounded_asks import NO_RECORDED_ANSWER
from botflow.engine.forks.beginning import first_inbound, said_before
from botflow.engine.forks.play import next_to_play
from botflow.engine.forks.question import as_stored, question_of
from botflow.engine.forks.replay import NotReplayable, Recorded, Stopped, replay, replay_until
from botflow.engine.forks.state import forked_session
from botflow.engine.inbound import RUN, Inbound
from botflow.engine.limits import Limits
from botflow.engine.session import Persona, Session
from botflow.engine.turn import Turn, take_turn
from botflow.flow.graph import Flow
from botflow.records.runs import TurnLog
from botflow.runtime.runs.steps import Step, steps_of
from tests.engine.generated_flows import ANSWERS, TYPES, Arriving, arrivals, beginnings, fitting, flows
from tests.engine.test_properties import CONVERSATIONS, GENERATED, draw

FORKS = CONVERSATIONS // 2
MANY = FORKS // 4
AT = datetime(2026, 11, 18, tzinfo=UTC)
FORKED = "018f0000-0000-7000-8000-000000000000"
SUPPLY = st.lists(ANSWERS, min_size=1, max_size=5)
OVER = ("completed", "failed", "cancelled")


@dataclass
class Taken:
    """One turn as it is stored, with the session before it and what it asked."""

    before: Session
    recorded: Recorded
    turn: Turn
    asked: Sequence[tuple[int, Ask, Answer]]


@dataclass
class Execution:
    """One execution, from its first turn on. Of a fork `beginning` is its first entry in the log."""

    flow: Flow
    session: Session
    taken: list[Taken] = field(default_factory=list)
    beginning: TurnLog | None = None

    def take(self, inbound: Inbound, answers: Iterator[Answer] | Chooser) -> Turn:
        """Take one turn, and keep what a database keeps of it."""
        asked: list[tuple[int, Ask, Answer]] = []
        turn = take_turn(self.flow, self.session, inbound, TYPES, said=said_before(inbound))
        try:
            ask = next(turn)
            while True:
                answer = answered(ask, answers)
                asked.append((len(asked), ask, answer))
                ask = turn.send(answer)
        except StopIteration as finished:
            done: Turn = finished.value
        journal = {
            index: (fingerprint(ask), stored(answer_to_json(answer)))
            for index, ask, answer in asked
            if not isinstance(ask, AskHistory | Pause)
        }
        recorded = Recorded(inbound=inbound, trace=traced(done), answers=journal)
        self.taken.append(Taken(self.session, recorded, done, asked))
        self.session = done.session
        return done

    @property
    def steps(self) -> Sequence[Step]:
        logs = [log_of(each.turn.session.version, each.turn.status, each.recorded.trace) for each in self.taken]
        first = [self.beginning] if self.beginning is not None else []
        return steps_of([*first, *logs], None, self.flow, status="running").steps


def answered(ask: Ask, answers: Iterator[Answer] | Chooser) -> Answer:
    """Return the next answer; a fork's are chosen by the question."""
    return answers.choose(ask) if isinstance(answers, Chooser) else fitting(ask, next(answers))


class Chooser:
    """Answers a fork as a database does: with the first answer to the same question at the same node."""

    def __init__(self, recorded: Sequence[tuple[Ask, Answer]]) -> None:
        self._left = list(recorded)

    def choose(self, ask: Ask) -> Answer:
        if not isinstance(ask, AskModel | Invoke):
            return fitting(ask, Answer())
        wanted = (ask.node, question_of(stored(ask_to_json(ask))))
        for place, (known, answer) in enumerate(self._left):
            if (known.node, question_of(stored(ask_to_json(known)))) == wanted:
                del self._left[place]
                return answer
        return Answer(failure=AskFailure(code=NO_RECORDED_ANSWER, message="not asked"))


def stored(value: Any) -> Any:
    return orjson.loads(orjson.dumps(value))


def traced(turn: Turn) -> Any:
    return as_stored(stored([event.to_json() for event in turn.events]))


def nameless(trace: Any) -> str:
    """Return a trace without the names of waits and the parent, which a trigger that is visited as a step shows of its
    inbound: a fork has waits of its own, and no parent."""
    shown = re.sub(r'"token":"[0-9]+",?', "", orjson.dumps(trace).decode())
    return re.sub(r',"parent":\{[^{}]*\}', "", shown)


def log_of(version: int, status: str, trace: Sequence[Sequence[Any]]) -> TurnLog:
    events = [list(event) for event in trace]
    return TurnLog(seq=version, received_at=AT, at=AT, version=version, status=status, attempts=1, trace=events)


def fork_of(original: Execution, step: Step, persona: Persona | None) -> tuple[Execution, Chooser, Stopped, Inbound]:
    """Return the fork before the step, the answers it gets, where the turn was stopped, and its first inbound."""
    assert step.place is not None
    version, events = step.place
    session = original.taken[0].before
    stopped, first = Stopped(session=session), original.taken[0].recorded.inbound
    for each in original.taken if events or original.beginning is None else ():
        if each.turn.session.version == version:
            first = each.recorded.inbound
            stopped = driven(replay_until(original.flow, session, each.recorded, TYPES, events))
            break
        session = driven(replay(original.flow, session, each.recorded, TYPES))
        assert session == each.turn.session
    begun = forked_session(stopped.session, FORKED, {}, persona)
    begun = Session.from_json(stored(begun.to_json()), begun.version).filled(stopped.session.values)
    if persona is not None and stopped.heard is not None:
        first = first_inbound(stopped.heard, stopped.said)
    assert begun.wait is not None
    parameters = {name: each for name, each in first.parameters.items() if name != "parent"}
    first = replace(first, kind="resume", token=begun.wait.token, parameters=parameters)
    later = [each for each in original.taken if each.turn.session.version >= version + (events == 0)]
    known = [
        (ask, answer)
        for each in later
        for index, ask, answer in each.asked
        if each.turn.session.version > version or index >= stopped.asked
    ]
    beginning = log_of(begun.version, "forked", [["forked", begun.frames[-1].node, "", step.number]])
    return Execution(original.flow, begun, beginning=beginning), Chooser(known), stopped, first


def driven(replaying: Any) -> Any:
    """Return what a replay returns; the history is always the same here."""
    try:
        ask = next(replaying)
        while True:
            ask = replaying.send(fitting(ask, Answer()))
    except StopIteration as finished:
        return finished.value


def check_fork(original: Execution, step: Step, persona: Persona | None, seen: Counter[str]) -> Execution:
    """Play the fork, and assert that it does what the original did."""
    fork, answers, stopped, first = fork_of(original, step, persona)
    assert step.place is not None
    version, events = step.place
    later = [each for each in original.taken if each.turn.session.version > version]
    if events:
        begun = next(each for each in original.taken if each.turn.session.version == version)
        if [event[0] for event in begun.recorded.trace[events:]] == ["checkpoint"]:
            raise NotReplayable("the original has not visited the step yet: its next turn will")
        turn = fork.take(first, answers)
        assert nameless(traced(turn)) == nameless(begun.recorded.trace[events:]), (step, stopped)
        said = stopped.said if persona is None else ()
        assert_alike(begun.turn, turn, said)
    else:
        first_turn, later = later[0], later[1:]
        turn = fork.take(first, answers)
        assert nameless(traced(turn)) == nameless(first_turn.recorded.trace)
        assert_alike(first_turn.turn, turn, ())
    for each in later:
        if each.turn.status == "ignored" or turn.status in OVER:
            continue
        inbound = for_this_wait(each.recorded.inbound, fork.session, persona)
        turn = fork.take(inbound, answers)
        assert nameless(traced(turn)) == nameless(each.recorded.trace)
        assert_alike(each.turn, turn, ())
    assert turn.status == next(each.turn.status for each in reversed(original.taken) if each.turn.status != "ignored")
    seen[f"forks {turn.status}"] += 1
    return fork


def for_this_wait(inbound: Inbound, session: Session, persona: Persona | None) -> Inbound:
    """Return an inbound of the original with the token of the fork's wait, as its own children and timers have."""
    wait = session.wait
    assert wait is not None
    if persona is not None and inbound.kind in ("message", "timeout", "delivery"):
        found = next_to_play([inbound], wait)
        assert found is not None, (inbound, wait)
        return found.inbound
    return replace(inbound, token=wait.group if inbound.kind in ("child_done", "delivery") else wait.token)


def assert_alike(was: Turn, now: Turn, said: Sequence[Any]) -> None:
    assert [plain(each) for each in now.messages] == [plain(each) for each in was.messages[len(said) :]]
    assert now.status == was.status
    assert now.variables == was.variables
    assert now.output == was.output
    assert now.failure == was.failure
    assert [frame.variables for frame in now.session.frames] == [frame.variables for frame in was.session.frames]
    assert [frame.outputs for frame in now.session.frames] == [frame.outputs for frame in was.session.frames]
    assert remembered(now.session) == remembered(was.session)
    assert now.session.closing == was.session.closing


def remembered(session: Session) -> str:
    """Return the questions that the person may go back to, without the names of waits."""
    return re.sub(r'"wait":"[0-9]+"', "", orjson.dumps(session.past.to_json()).decode())


def plain(message: Any) -> dict[str, Any]:
    """Return a message without the names of waits, which count a session's versions."""
    return {**asdict(message), "awaited_by": ""}


def forks_at(execution: Execution, picked: float, persona: Persona | None, seen: Counter[str]) -> None:
    """Fork the execution at a step, and the fork at one of its own."""
    steps = [step for step in execution.steps if step.place is not None]
    if not steps or runs_into_a_limit(execution):
        return
    step = steps[int(picked * (len(steps) - 1))]
    try:
        fork = check_fork(execution, step, persona, seen)
    except NotReplayable:
        seen["not exact"] += 1
        return
    seen["forks"] += 1
    seen.update(f"with {event[0]}" for each in fork.taken for event in each.recorded.trace)
    again = [step for step in fork.steps if step.place is not None]
    for each in (again[0], again[int(picked * (len(again) - 1))]):
        try:
            check_fork(fork, each, persona, seen)
        except NotReplayable:
            seen["not exact"] += 1
        else:
            seen["forks of forks"] += 1


def runs_into_a_limit(execution: Execution) -> bool:
    """Say whether a turn has met one of its bounds: those that count what a turn does begin anew in a fork."""
    traces = [each.recorded.trace for each in execution.taken]
    return any("limit." in str(trace) or len(trace) >= Limits().steps for trace in traces)


def test_a_fork_of_any_conversation_does_what_its_original_did() -> None:
    seen: Counter[str] = Counter()

    @settings(GENERATED, max_examples=FORKS, derandomize=CONVERSATIONS <= 300)  # `make proof` draws others each time
    @given(
        flow=flows(),
        arriving=st.lists(arrivals(), min_size=2, max_size=8),
        answers=SUPPLY,
        picked=st.floats(0, 1),
        channel=st.sampled_from(("chat", "sms")),
    )
    def converse(flow: Flow, arriving: list[Arriving], answers: list[Answer], picked: float, channel: str) -> None:
        execution = Execution(flow, Session(version=3))
        supply = cycle(answers)
        for item in arriving:
            wait = execution.session.wait
            inbound = replace(item.inbound, channel=channel, sender="+4915112345678")
            if inbound.kind == "timeout" and wait is not None and not (wait.alarms or wait.until):
                continue  # no timer goes off there
            if item.token_is_due and wait is not None:
                inbound = replace(
                    inbound, token=wait.group if inbound.kind in ("child_done", "delivery") else wait.token
                )
            turn = execution.take(inbound, supply)
            if turn.status == "ignored" and not execution.session.frames:
                del execution.taken[-1]  # before its beginning
            elif turn.status in OVER:
                break
        if execution.taken:
            seen["executions"] += 1
            forks_at(execution, picked, Persona(channel=channel, sender="+4915112345678"), seen)

    draw(converse, lambda: seen["forks of forks"] > MANY)
    print(f"{seen['executions']} executions: {dict(seen.most_common())}")
    assert min(seen["forks"], seen["forks of forks"]) > MANY


def test_a_fork_of_any_run_does_what_its_original_did() -> None:
    seen: Counter[str] = Counter()

    @settings(GENERATED, max_examples=FORKS, derandomize=CONVERSATIONS <= 300)  # `make proof` draws others each time
    @given(
        flow=flows(),
        first=beginnings(),
        arriving=st.lists(arrivals(is_run=True), max_size=8),
        answers=SUPPLY,
        picked=st.floats(0, 1),
    )
    def run_once(flow: Flow, first: Inbound, arriving: list[Arriving], answers: list[Answer], picked: float) -> None:
        execution = Execution(flow, Session())
        supply = cycle(answers)
        turn = execution.take(first, supply)
        for item in arriving:
            for _ in range(9):
                if turn.status != "running" or execution.session.wait is None:
                    break
                resume = replace(first, kind="resume", parameters={}, token=execution.session.wait.token)
                turn = execution.take(resume, supply)
            wait = execution.session.wait
            if wait is None:
                break
            told = item.inbound.kind in ("child_done", "delivery")
            turn = execution.take(replace(item.inbound, token=wait.group if told else wait.token), supply)
        seen["executions"] += 1
        assert {each.recorded.inbound.channel for each in execution.taken} == {RUN}
        forks_at(execution, picked, None, seen)

    draw(run_once, lambda: seen["forks of forks"] > MANY)
    print(f"{seen['executions']} executions: {dict(seen.most_common())}")
    assert min(seen["forks"], seen["forks of forks"]) > MANY
