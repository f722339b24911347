"""Any flow with any inbounds waits, ends, fails or ignores, within its limits; and a replay is the same turn."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import cycle

import orjson
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from botflow.engine.asks import Answer, Ask
from botflow.engine.inbound import Inbound
from botflow.engine.journal import answer_from_json, answer_to_json, fingerprint
from botflow.engine.limits import Limits
from botflow.engine.session import Session
from botflow.engine.turn import Turn, take_turn
from botflow.flow.graph import Flow
from tests.engine.generated import ANSWERS, TYPES, Arriving, arrivals, fitting, flows

CONVERSATIONS = 2_000
LIMITS = Limits(
    steps=40, asks=4, messages=8, same_message=2, frames=5, session_characters=3_000, message_characters=400
)


def run(
    flow: Flow, session: Session, inbound: Inbound, answers: Iterator[Answer]
) -> tuple[Turn, list[tuple[Ask, Answer]]]:
    """Take one turn and return it with what it asked and got."""
    asked: list[tuple[Ask, Answer]] = []
    turn = take_turn(flow, session, inbound, TYPES, LIMITS)
    try:
        ask = next(turn)
        while True:
            asked.append((ask, fitting(ask, next(answers))))
            ask = turn.send(asked[-1][1])
    except StopIteration as finished:
        return finished.value, asked


def replay(flow: Flow, stored: bytes, version: int, inbound: Inbound, journal: Sequence[tuple[str, bytes]]) -> Turn:
    """Take the turn again from what is stored: the session's JSON, and answers by index and fingerprint."""
    turn = take_turn(flow, Session.from_json(orjson.loads(stored), version), inbound, TYPES, LIMITS)
    try:
        ask = next(turn)
        for known, answer in journal:
            assert fingerprint(ask) == known
            ask = turn.send(answer_from_json(orjson.loads(answer)))
    except StopIteration as finished:
        ended: Turn = finished.value
        return ended
    raise AssertionError(f"the replay asks for more: {ask}")


def check(turn: Turn, before: Session, asked: int) -> None:
    """Assert what holds of every turn."""
    assert turn.session.version == before.version + 1
    assert asked <= LIMITS.asks
    assert len(turn.messages) <= LIMITS.messages
    assert sum(event.kind == "edge" for event in turn.events) <= LIMITS.steps
    assert all(len(message.text) <= LIMITS.message_characters for message in turn.messages)
    assert (turn.status == "failed") == (turn.failure is not None)
    orjson.dumps([event.to_json() for event in turn.events])
    orjson.dumps([message.to_json() for message in turn.messages])
    match turn.status:
        case "ignored":
            assert replace(turn.session, version=before.version) == before
            assert turn.messages == ()
        case "waiting":
            assert turn.session.wait is not None
            assert turn.session.wait.token == str(turn.session.version)
            assert 1 <= len(turn.session.frames) <= LIMITS.frames
            assert len(turn.state) <= LIMITS.session_characters
            assert turn.session.execution == turn.execution != ""
        case "completed" | "failed":
            assert turn.session.wait is None
            assert turn.session.frames == ()
            assert turn.status == "completed" or turn.messages[-1].text != ""


def test_any_flow_waits_ends_fails_or_ignores_within_its_limits_and_a_replay_is_identical() -> None:
    seen: Counter[str] = Counter()

    @settings(
        max_examples=CONVERSATIONS,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(
        flow=flows(),
        arriving=st.lists(arrivals(), min_size=1, max_size=8),
        answers=st.lists(ANSWERS, min_size=1, max_size=5),
    )
    def converse(flow: Flow, arriving: list[Arriving], answers: list[Answer]) -> None:
        session, stored, supply = Session(), b"{}", cycle(answers)
        seen["conversations"] += 1
        for item in arriving:
            due = item.token_is_due and session.wait is not None
            inbound = replace(item.inbound, token=session.wait.token) if due and session.wait else item.inbound
            turn, asked = run(flow, session, inbound, supply)
            check(turn, session, len(asked))
            journal = [(fingerprint(ask), orjson.dumps(answer_to_json(answer))) for ask, answer in asked]
            assert replay(flow, stored, session.version, inbound, journal) == turn
            assert Session.from_json(orjson.loads(turn.state), turn.session.version) == turn.session
            session, stored = turn.session, turn.state
            seen.update(("turns", turn.status, *((turn.failure.code,) if turn.failure else ())))
            seen.update(event.kind for event in turn.events if event.kind in ("entered", "left", "refused", "error"))

    converse()
    print(f"{seen['conversations']} conversations, {seen['turns']} turns: {dict(seen.most_common())}")
    assert seen["conversations"] >= CONVERSATIONS
    assert min(seen[status] for status in ("waiting", "completed", "failed", "ignored")) > 100
    assert min(seen[kind] for kind in ("entered", "left", "refused", "error")) > 50
