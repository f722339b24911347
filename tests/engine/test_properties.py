"""Any flow with any inbounds waits, ends, fails or ignores, within its limits; and a replay is the same turn."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from itertools import cycle

import orjson
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from botflow.engine.ask_json import answer_from_json, answer_to_json, fingerprint
from botflow.engine.asks import Answer, Ask
from botflow.engine.corrections.answer_history import MOST_ANSWERS
from botflow.engine.effects import ReportEnd, SendMessage
from botflow.engine.events import EdgeFollowed, Event, NodeFailed, Rewound
from botflow.engine.inbound import Inbound
from botflow.engine.limits import Limits
from botflow.engine.session import Frame, Session
from botflow.engine.turn import Turn, take_turn
from botflow.flow.graph import Flow
from tests.engine.generated_flows import ANSWERS, NAMES, TYPES, Arriving, arrivals, beginnings, fitting, flows

CONVERSATIONS = int(os.environ.get("BOTFLOW_TEST_CONVERSATIONS", "") or 300)  # `make proof` generates more
# What must have been drawn, in turns: of the commonest endings, of most else, and of what is rarest.
MANY, SOME, RARE = CONVERSATIONS // 20, CONVERSATIONS // 40, max(1, CONVERSATIONS // 400)
EVENTS = (
    "entered",
    "left",
    "refused",
    "error",
    "retried",
    "child",
    "emitted",
    "log",
    "reminder",
    "expired",
    "rewound",
    "closing",
)
LIMITS = Limits(
    steps=40, asks=4, messages=8, same_message=2, frames=5, session_characters=3_000, message_characters=400
)


def run(
    flow: Flow, session: Session, inbound: Inbound, answers: Iterator[Answer], known: int = 0
) -> tuple[Turn, list[tuple[Ask, Answer]]]:
    """Take one turn and return it with what it asked and got; so many of its answers were `known` before."""
    asked: list[tuple[Ask, Answer]] = []
    turn = take_turn(flow, session, inbound, TYPES, LIMITS, is_known=lambda ask: len(asked) < known)
    try:
        ask = next(turn)
        while True:
            asked.append((ask, fitting(ask, next(answers))))
            ask = turn.send(asked[-1][1])
    except StopIteration as finished:
        return finished.value, asked


def load(stored: bytes, version: int, kept: Mapping[str, bytes]) -> Session:
    """Return a session from what is stored: its JSON, and its large values beside it."""
    session = Session.from_json(orjson.loads(stored), version)
    return session.filled({name: orjson.loads(kept[name]) for name in session.missing()})


def replay(flow: Flow, session: Session, inbound: Inbound, journal: Sequence[tuple[str, bytes]]) -> Turn:
    """Take the turn again from what is stored: the session, and answers by index and fingerprint."""
    index = 0

    def is_known(ask: Ask) -> bool:
        return index < len(journal) and journal[index][0] == fingerprint(ask)

    turn = take_turn(flow, session, inbound, TYPES, LIMITS, is_known=is_known)
    try:
        ask = next(turn)
        for known, answer in journal:
            assert fingerprint(ask) == known
            index += 1
            ask = turn.send(answer_from_json(orjson.loads(answer)))
    except StopIteration as finished:
        ended: Turn = finished.value
        return ended
    raise AssertionError(f"the replay asks for more: {ask}")


def check(turn: Turn, before: Session, asked: int) -> None:
    """Assert what holds of every turn."""
    assert turn.session.version == before.version + 1
    walks = 1 + LIMITS.frames  # each last body that an end enters has means of its own
    assert asked <= walks * LIMITS.asks
    assert len(turn.messages) <= LIMITS.messages + LIMITS.frames * (LIMITS.messages // 4)
    assert sum(event.kind == "edge" for event in turn.events) <= walks * 2 * LIMITS.steps
    assert all(len(message.text) <= LIMITS.message_characters for message in turn.messages)
    assert (turn.status == "failed") == (turn.failure is not None)
    assert len(turn.session.past.answered) <= MOST_ANSWERS
    orjson.dumps([event.to_json() for event in turn.events])
    orjson.dumps([message.to_json() for message in turn.messages])
    orjson.dumps([asdict(effect) for effect in turn.effects])
    match turn.status:
        case "ignored":
            assert replace(turn.session, version=before.version) == before
            assert (turn.messages, turn.effects) == ((), ())
        case "waiting" | "running":
            wait = turn.session.wait
            assert wait is not None
            assert turn.keeps_deadline or wait.token == str(turn.session.version)
            assert not turn.keeps_deadline or wait == before.wait
            assert all(alarm.after_s >= 0 for alarm in wait.alarms)
            assert (turn.status == "running") == (wait.accepts == ("resume",))
            assert 1 <= len(turn.session.frames) <= LIMITS.frames
            assert len(turn.state) <= LIMITS.session_characters
            assert turn.session.execution == turn.execution != ""
        case "completed" | "failed" | "cancelled":
            assert turn.session.wait is None
            assert turn.session.frames == ()


def check_finally(flow: Flow, execution: Sequence[Event]) -> None:
    """Assert that each body that began at `try` was followed by exactly one at `finally`, where one is connected. A
    person who goes back leaves a body; that is no end."""
    if any(isinstance(event, Rewound) for event in execution):
        return
    begun: Counter[str] = Counter()
    for event in execution:
        if isinstance(event, EdgeFollowed) and event.handle in ("try", "finally") and event.node in NAMES:
            begun[f"{event.node}.{event.handle}"] += 1
    scopes = (flow, *flow.subflows.values())
    for name in NAMES:
        tries = [scope for scope in scopes if name in scope.nodes and scope.nodes[name].type == "logic.try"]
        if all(scope.target(name, "finally") is not None for scope in tries):
            assert begun[f"{name}.try"] == begun[f"{name}.finally"], (name, begun)


class Conversation:
    """One session of a generated flow; each turn is checked, and taken again from what is stored."""

    def __init__(self, flow: Flow, answers: Iterator[Answer], seen: Counter[str]) -> None:
        self.flow = flow
        self.session = Session()
        self.turn: Turn
        self.asked: list[tuple[Ask, Answer]] = []
        self._stored = b"{}"
        self._kept: dict[str, bytes] = {}
        self._answers = answers
        self._seen = seen
        self._events: list[Event] = []  # of the execution so far

    def arrive(self, item: Arriving) -> None:
        """Take an inbound, with the token that is due if it is meant to have it."""
        wait = self.session.wait
        inbound = item.inbound
        if item.token_is_due and wait is not None:
            is_told = inbound.kind in ("child_done", "delivery")
            inbound = replace(inbound, token=wait.group if is_told else wait.token)
        self.take(inbound)

    def take(self, inbound: Inbound, *, known: int = 0) -> None:
        turn, self.asked = run(self.flow, self.session, inbound, self._answers, known)
        check(turn, self.session, len(self.asked))
        journal = [(fingerprint(ask), orjson.dumps(answer_to_json(answer))) for ask, answer in self.asked]
        before = load(self._stored, self.session.version, self._kept)
        assert replay(self.flow, before, inbound, journal) == turn
        self._kept |= turn.kept
        assert load(turn.state, turn.session.version, self._kept) == turn.session
        self.turn, self.session, self._stored = turn, turn.session, turn.state
        self._events += turn.events
        if turn.status in ("completed", "failed", "cancelled"):
            codes = {event.code for event in self._events if isinstance(event, NodeFailed)}
            if "limit.frames" not in codes | {turn.failure.code if turn.failure else ""}:
                check_finally(self.flow, self._events)  # at that bound a body may not have begun
            self._events = []
        self._seen.update(("turns", turn.status, *((turn.failure.code,) if turn.failure else ())))
        self._seen.update(event.kind for event in turn.events if event.kind in EVENTS)
        self._seen.update(type(effect).__name__ for effect in turn.effects)


GENERATED = settings(deadline=None, database=None, suppress_health_check=list(HealthCheck))
MOST_ROUNDS = 8


def draw(test: Callable[[], None], is_covered: Callable[[], bool]) -> None:
    """Run a generated test by the seeds 0, 1, 2 and so on, until what it drew covers what its assertions count.

    What hypothesis draws by one seed depends on the modules that are loaded: it takes constants out of them.
    """
    for number in range(MOST_ROUNDS):
        seed(number)(test)()
        if is_covered():
            return


SUPPLY = st.lists(ANSWERS, min_size=1, max_size=5)


def test_any_flow_waits_ends_fails_or_ignores_within_its_limits_and_a_replay_is_identical() -> None:
    seen: Counter[str] = Counter()

    @settings(GENERATED, max_examples=CONVERSATIONS)
    @given(flow=flows(), arriving=st.lists(arrivals(), min_size=1, max_size=8), answers=SUPPLY)
    def converse(flow: Flow, arriving: list[Arriving], answers: list[Answer]) -> None:
        seen["conversations"] += 1
        conversation = Conversation(flow, cycle(answers), seen)
        for item in arriving:
            conversation.arrive(item)
            last = conversation.turn
            assert last.status not in ("failed",) or last.messages[-1].text != ""
            assert last.status != "running"

    effects = ("StartRun", "CancelRuns", "EmitEvent")
    draw(
        converse, lambda: min(seen[kind] for kind in EVENTS) >= RARE and min(seen[effect] for effect in effects) > SOME
    )
    print(f"{seen['conversations']} conversations, {seen['turns']} turns: {dict(seen.most_common())}")
    assert seen["conversations"] >= CONVERSATIONS
    assert min(seen[status] for status in ("waiting", "completed", "failed", "ignored")) > MANY
    assert min(seen[kind] for kind in EVENTS) >= RARE
    assert min(seen[effect] for effect in effects) > SOME


def test_any_run_goes_on_waits_ends_or_fails_and_tells_its_parent_once() -> None:
    seen: Counter[str] = Counter()

    @settings(GENERATED, max_examples=CONVERSATIONS)
    @given(flow=flows(), first=beginnings(), arriving=st.lists(arrivals(is_run=True), max_size=8), answers=SUPPLY)
    def run_once(flow: Flow, first: Inbound, arriving: list[Arriving], answers: list[Answer]) -> None:
        seen["runs"] += 1
        one = Conversation(flow, cycle(answers), seen)
        one.take(first)
        reports = [effect for effect in one.turn.effects if isinstance(effect, ReportEnd)]
        for item in arriving:
            if not one.session.frames:
                break
            one.arrive(item)
            reports += [effect for effect in one.turn.effects if isinstance(effect, ReportEnd)]
        is_over = not one.session.frames
        assert len(reports) == (is_over and "parent" in first.parameters)
        assert all(message.to for message in one.turn.messages)

    draw(run_once, lambda: seen["ReportEnd"] > SOME and min(seen[status] for status in ("running", "waiting")) > SOME)
    print(f"{seen['runs']} runs, {seen['turns']} turns: {dict(seen.most_common())}")
    assert min(seen[status] for status in ("running", "waiting", "completed", "failed")) > SOME
    assert seen["ReportEnd"] > SOME


def test_any_cancelled_execution_runs_its_finally_once_and_ends() -> None:
    """A cancellation comes between two turns, or cuts a turn off at any of its asks; a replay is the same turn."""
    seen: Counter[str] = Counter()

    @settings(GENERATED, max_examples=CONVERSATIONS)
    @given(
        flow=flows(),
        arriving=st.lists(arrivals(), min_size=1, max_size=5),
        answers=SUPPLY,
        known=st.integers(0, 3),
        is_cut=st.booleans(),
    )
    def cancel(flow: Flow, arriving: list[Arriving], answers: list[Answer], known: int, is_cut: bool) -> None:
        conversation = Conversation(flow, cycle(answers), seen)
        for item in arriving:
            conversation.arrive(item)
        if not conversation.session.frames:
            return
        seen["executions"] += 1
        asked = replace(conversation.session, cancel=7)
        conversation.session, conversation._stored = asked, orjson.dumps(asked.to_json())
        last = arriving[-1].inbound
        conversation.take(last if is_cut else replace(last, kind="cancel", text="", payload=""), known=known)
        for _ in range(20):  # of what its `finally` waits for, nothing comes but the end of its time
            wait = conversation.session.wait
            if wait is None:
                break
            assert conversation.session.closing is not None
            assert conversation.session.cancel == 0
            conversation.take(replace(last, kind="timeout", text="", payload="", token=wait.token))
        seen[f"ended {conversation.turn.status}"] += 1

    draw(cancel, lambda: seen["closing"] > MANY and seen["ended cancelled"] > MANY)
    print(f"{seen['executions']} executions cancelled: {dict(seen.most_common())}")
    assert min(seen["closing"], seen["ended cancelled"]) > MANY


def test_going_back_and_answering_the_same_again_is_as_if_one_had_not_gone_back() -> None:
    seen: Counter[str] = Counter()

    @settings(GENERATED, max_examples=CONVERSATIONS // 2)
    @given(flow=flows(), arriving=st.lists(arrivals(), min_size=2, max_size=8), answers=SUPPLY)
    def converse(flow: Flow, arriving: list[Arriving], answers: list[Answer]) -> None:
        wanted = replace(flow, policy=flow.policy.model_copy(update={"corrections": True}), interrupts=())
        conversation = Conversation(wanted, cycle(answers), seen)
        for item in arriving:
            before = conversation.session
            conversation.arrive(item)
            after, past = conversation.session, conversation.session.past
            # What a question had noted of answers that did not fit is gone when it is asked anew.
            was_refused = bool(before.frames and before.frames[-1].notes)
            is_plain = not was_refused and all(event.kind != "rewound" for event in conversation.turn.events)
            if is_plain and past.answered and len(past.answered) == len(before.past.answered) + 1:
                seen["answered"] += 1
                given = [answer for _, answer in conversation.asked]
                again = Conversation(wanted, iter([*given, *given]), Counter())
                again.session, again._stored = after, orjson.dumps(after.to_json())
                again.take(replace(item.inbound, key="back", text="back", payload="", media=(), location=None))
                if again.turn.status != "waiting" or not went_back(again.turn):
                    continue  # its words took it for an answer, or could not be rendered with it
                seen["went back"] += 1
                assert plain(again.session.frames) == plain(before.frames)
                again.take(replace(item.inbound, key="again"))
                assert plain(again.session.frames) == plain(after.frames)
                assert again.session.past == after.past
                assert unawaited(again.turn.messages) == unawaited(conversation.turn.messages)

    draw(converse, lambda: seen["went back"] > SOME)
    print(f"{seen['answered']} questions answered, {seen['went back']} times back and again")
    assert seen["went back"] > SOME


def unawaited(messages: Sequence[SendMessage]) -> list[SendMessage]:
    """Return messages without the wait that hears of their delivery: that of another turn has another name."""
    return [replace(message, awaited_by="") for message in messages]


def went_back(turn: Turn) -> bool:
    return any(isinstance(event, Rewound) and event.node for event in turn.events)


def plain(frames: Sequence[Frame]) -> list[Frame]:
    """Return frames without the notes of the node on top: a question is asked anew, a wait has another token."""
    return [*frames[:-1], replace(frames[-1], notes={})]
