"""Passes on the Asks of a walk, as many as a turn may have, and in a cancelled execution only those it still may."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import suppress
from typing import cast

from botflow.engine.asks import Answer, Ask
from botflow.engine.endings.closing import NodeTypes, finishing
from botflow.engine.endings.ending import Ending
from botflow.engine.limits import LimitExceeded
from botflow.engine.scene import Scene
from botflow.engine.session import Closing

Reached = Ending | Closing
NO_RECORDED_ANSWER = "fork.no_answer"  # a fork was asked what its original was not: no node may handle that failure


class CutOff(LimitExceeded):
    """The execution is to be cancelled, so this Ask does not leave any more."""


def within(
    most: int, walk: Generator[Ask, Answer, Reached], may_ask: Callable[[Ask], bool] | None
) -> Generator[Ask, Answer, Reached]:
    """Pass on at most `most` Asks, and their Answers, up to the first one that it may not ask."""
    problem: LimitExceeded
    try:
        ask = next(walk)
        for _ in range(most):
            if may_ask is not None and not may_ask(ask):
                problem = CutOff("the execution was cancelled", code="execution.cancelled")
                break
            answer = yield ask
            if answer.failure is not None and answer.failure.code == NO_RECORDED_ANSWER:
                problem = LimitExceeded(answer.failure.message, code=NO_RECORDED_ANSWER)
                break
            ask = walk.send(answer)
        else:
            problem = LimitExceeded(f"one turn asked the world more than {most} times", code="limit.asks")
    except StopIteration as finished:
        return cast(Reached, finished.value)
    with suppress(RuntimeError):  # a node's code may not let itself be closed; it is left anyway
        walk.close()
    raise problem


def may_still_ask(scene: Scene, node_types: NodeTypes, is_known: Callable[[Ask], bool], ask: Ask) -> bool:
    """Say whether an execution that is to be cancelled may ask this: what it has asked before, and what a last body
    asks."""
    return is_known(ask) or scene.closing is not None or finishing(scene, node_types) > 0
