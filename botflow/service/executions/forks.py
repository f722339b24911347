"""Forks: another execution from a step of one, with other variables. The original stays as it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal
from uuid import UUID

from botflow.records.access import Principal
from botflow.records.forks import AskPolicy, ForkRequest, Played
from botflow.runtime.app import Runtime
from botflow.runtime.runs.forks import ForkMaker
from botflow.runtime.runs.refusals import refused
from botflow.runtime.runs.starts.validation import plain_input
from botflow.service.executions.execution import Execution

NewQuestions = Literal["stop", "ask"]


class Forks:
    """The forks of executions of the caller's organization."""

    def __init__(self, runtime: Runtime, caller: Principal) -> None:
        engine = runtime.database.within(caller.organization)
        self._forks = ForkMaker(engine, runtime.flows, runtime.node_types)
        self._runs = runtime.executions.on_behalf(caller)
        self._hub = runtime.hub
        self._caller = caller

    async def fork_execution(
        self,
        execution_id: str,
        step: int,
        variables: Mapping[str, Any] | None = None,
        *,
        version: int | None = None,
        ask_again: Sequence[str] = (),
        new_questions: NewQuestions = "stop",
        messages: Sequence[Played] | None = None,
        key: str = "",
    ) -> Execution:
        """Begin a new execution before a step of one, and return it. It is given the answers that the original was
        given, but at the nodes `ask_again`; to a question that the original was not asked, it fails with
        `fork.no_answer`, unless `new_questions` is `ask`. Its messages are kept and never sent. A fork of a
        conversation hears what its original heard after the step, or these `messages` instead. The same `key` again is
        the same fork.

        RejectedInbound `execution.unknown` or `step.unknown` (404), `fork.not_kept` or `fork.not_exact` (409) when the
        state before the step cannot be rebuilt exactly, and the others of `botflow.runtime.runs.forks`.
        """
        try:
            execution = str(UUID(execution_id))
        except ValueError:
            raise refused("unknown") from None
        request = ForkRequest(
            execution=execution,
            step=step,
            variables=plain_input(dict(variables or {})),
            version=version,
            policy=AskPolicy(ask_again=tuple(ask_again), may_ask=new_questions == "ask"),
            key=key,
            plays=tuple(messages) if messages is not None else None,
        )
        made = await self._forks.fork(request, self._caller.organization, self._caller)
        self._hub.claimable()
        return Execution.of((await self._runs.get(made.execution)).record)
