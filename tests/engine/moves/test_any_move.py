"""Any session of any flow in any other flow: whatever the dry run lets through takes its next message there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import cycle

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from botflow.engine.asks import Answer
from botflow.engine.inbound import Inbound
from botflow.engine.moves.dry_run import Trial, try_move
from botflow.engine.moves.move import Move, MoveRefused, Version
from botflow.engine.session import Session
from botflow.engine.turn import Turn, take_turn
from botflow.flow.graph import Flow
from tests.engine.generated_flows import NAMES, START, TYPES, Arriving, arrivals, fitting, flows
from tests.engine.test_properties import CONVERSATIONS, GENERATED, RARE, SOME, SUPPLY, Conversation, draw

# What fails because of what a flow says is its author's; these are the engine's, and a node's own code.
OURS = {"node.crashed", "wait.none", "engine.crashed"}
MOVES = st.one_of(st.just(Move("same")), st.builds(Move, st.just("to"), st.sampled_from(NAMES)), st.just(Move("same")))


def next_turn(flow: Flow, session: Session, inbound: Inbound, answers: Iterator[Answer]) -> Turn:
    turn = take_turn(flow, session, inbound, TYPES)
    try:
        ask = next(turn)
        while True:
            ask = turn.send(fitting(ask, next(answers)))
    except StopIteration as finished:
        ended: Turn = finished.value
        return ended


def test_a_moved_session_takes_its_next_message_without_a_failure_of_the_engine() -> None:
    seen: Counter[str] = Counter()

    @settings(GENERATED, max_examples=CONVERSATIONS)
    @given(
        old=flows(),
        new=flows(),
        keeps=st.sets(st.sampled_from(NAMES)),
        arriving=st.lists(arrivals(), min_size=1, max_size=5),
        later=arrivals(),
        move=MOVES,
        answers=SUPPLY,
    )
    def publish(
        old: Flow,
        new: Flow,
        keeps: set[str],
        arriving: list[Arriving],
        later: Arriving,
        move: Move,
        answers: list[Answer],
    ) -> None:
        new = replace(new, nodes={**new.nodes, **{name: old.nodes[name] for name in keeps & old.nodes.keys()}})
        conversation = Conversation(old, cycle(answers), Counter())
        for item in arriving:
            conversation.arrive(item)
        session = conversation.session
        if session.wait is None:
            return
        seen["waiting"] += 1
        versions = Version(old, TYPES), Version(new, TYPES)
        moved = try_move(session, *versions, move, Trial("chat", "ann", START))
        if isinstance(moved, MoveRefused):
            seen[moved.reason] += 1
            return
        seen["moved"] += 1
        read = Session.from_json(orjson.loads(orjson.dumps(moved.to_json())), moved.version)
        assert read == moved
        for text in ("hello", "2", "back"):
            message = replace(later.inbound, kind="message", text=text)
            turn = next_turn(new, read, message, cycle(answers))
            if turn.failure is not None:
                seen[f"then {turn.failure.code}"] += 1
                here = next_turn(old, session, message, cycle(answers)).failure
                assert turn.failure.code not in OURS or (here is not None and here.code == turn.failure.code)
            assert turn.status != "ignored" or "message" not in (read.wait.accepts if read.wait else ())

    draw(publish, lambda: seen["moved"] > SOME and min(seen["node.gone"], seen["node.other_type"]) >= RARE)
    print(f"{seen['waiting']} waiting sessions: {dict(seen.most_common())}")
    assert seen["moved"] > SOME
    assert min(seen["node.gone"], seen["node.other_type"]) >= RARE
