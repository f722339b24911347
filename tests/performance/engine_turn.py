"""What one turn costs the engine: python -m tests.performance.engine_turn

Runs ask -> branch -> set -> ask over and over and prints the best of several rounds, in microseconds of CPU.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import orjson

from botflow.engine.session import Session
from botflow.engine.turn import Turn, take_turn
from tests.engine.conversation import Talk, node
from tests.engine.inbounds import message

TURNS, ROUNDS = 1_000, 20
NODES = [
    node("qty", "chatbot.ask", text="How many, {{ name }}?", variable="qty", expect="integer", min=1, next="big"),
    node("big", "conditional.branch", cases=[{"handle": "big", "when": "qty >= 5"}], on={"big": "set", "else": "set"}),
    node("set", "logic.set", variables={"total": "{{ qty * 3 }}"}, next="more"),
    node("more", "chatbot.ask", text="That makes {{ total }}. For whom?", variable="who"),
]


def best(work: Callable[[], object]) -> float:
    """Return the CPU microseconds of one call, in the best of several rounds."""
    rounds = []
    for _ in range(ROUNDS):
        started = time.process_time()
        for _ in range(TURNS):
            work()
        rounds.append((time.process_time() - started) / TURNS * 1e6)
    return min(rounds)


def main() -> None:
    talk = Talk(*NODES, variables={"name": "Ann"})
    talk.send("hi")
    waiting, inbound = talk.session, message("12")

    def turn() -> Turn:
        try:
            next(take_turn(talk.flow, waiting, inbound, talk.types))
        except StopIteration as finished:
            return finished.value  # type: ignore[no-any-return]  # a generator's return value
        raise AssertionError("this flow asks the world nothing")

    after = turn()
    print(f"ask -> branch -> set -> ask: {best(turn):.1f} us")
    print(f"a session from JSON: {best(lambda: Session.from_json(orjson.loads(after.state), 1)):.1f} us")


if __name__ == "__main__":
    main()
