"""Answers a fork's asks with what its original was answered, so that no model is paid, and no action run, twice."""

from __future__ import annotations

from botflow.engine.ask_json import answer_from_json, ask_to_json
from botflow.engine.asks import Answer, AskFailure, AskModel, Invoke
from botflow.engine.bounded_asks import NO_RECORDED_ANSWER
from botflow.engine.forks.question import question_of
from botflow.records.forks import AnswerId, NoAnswer
from botflow.storage.engines.engine import Engine
from botflow.storage.runs.forks.recorded_answers import Questioned, take

REUSED = "reusedFrom"  # in an answer's usage: the key of the answer that it repeats, "" where a fork has none
_KEPT = ("model", "log")  # of the usage; tokens and cost are counted where the answer was given


class RecordedAnswers:
    """The answers that were recorded for forks."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def answer(self, ask: AskModel | Invoke, place: AnswerId, execution: str) -> Answer | None:
        """Return the recorded answer, or the failure that stops the fork; None when it is to ask the world."""
        asked = Questioned(
            id=place,
            execution=execution,
            node=ask.node,
            question=question_of(ask_to_json(ask)),
            stores=isinstance(ask, Invoke),
        )
        taken = await self._engine.write(take, asked)
        if taken is None:
            return None
        if isinstance(taken, NoAnswer):
            message = f"the original was not asked this at the node {ask.node!r}, and the fork may not ask"
            return Answer(failure=AskFailure(code=NO_RECORDED_ANSWER, message=message), usage={REUSED: ""})
        usage = taken.value.get("usage") or {}
        kept = {name: usage[name] for name in _KEPT if name in usage}
        return answer_from_json({**taken.value, "usage": {**kept, REUSED: taken.id.name}})
