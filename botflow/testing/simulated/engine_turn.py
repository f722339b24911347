"""One turn in memory: the engine's generator, its Asks answered at once, everything through JSON as in a database."""

from __future__ import annotations

from collections.abc import Callable

import orjson

from botflow.engine.ask_json import answer_from_json, answer_to_json
from botflow.engine.asks import Answer, Ask, AskFailure
from botflow.engine.inbound import Inbound
from botflow.engine.limits import Limits
from botflow.engine.person.contact import Contact
from botflow.engine.session import Session
from botflow.engine.turn import NodeTypes, Turn, take_turn
from botflow.flow.graph import Flow


def run_turn(
    flow: Flow,
    session: Session,
    inbound: Inbound,
    node_types: NodeTypes,
    answer: Callable[[Ask], Answer],
    limits: Limits = Limits(),  # noqa: B008 -- frozen
    contact: Contact | None = None,
) -> Turn:
    """Take `inbound` through the engine to the end of its turn; `answer` is called for each Ask in order.

    AssertionError when the session after the turn differs from the one that a database would return.
    """
    engine = take_turn(flow, session, inbound, node_types, limits, contact=contact)
    try:
        ask = next(engine)
        while True:
            ask = engine.send(as_journalled(answer(ask)))
    except StopIteration as finished:
        turn: Turn = finished.value
    _check_stored(turn)
    return turn


def as_journalled(answer: Answer) -> Answer:
    """Return `answer` as the journal would return it; the failure `ask.not_json` for a value that is not JSON."""
    try:
        return answer_from_json(orjson.loads(orjson.dumps(answer_to_json(answer))))
    except TypeError as failure:
        return Answer(failure=AskFailure(code="ask.not_json", message=f"the answer is not plain JSON: {failure}"))


def _check_stored(turn: Turn) -> None:
    kept = Session.from_json(orjson.loads(turn.state), turn.session.version).filled(turn.session.values)
    assert kept == turn.session, (
        "the session is not the same after a database has kept it as JSON; a node's notes hold what JSON cannot keep"
        f" as it is (a tuple, a key that is no text):\n  left:     {turn.session}\n  came back: {kept}"
    )
