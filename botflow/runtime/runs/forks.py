"""Forks an execution: begins another one before one of its steps, with other variables. The original stays as it is.

A fork runs like any run, on the version of its original unless another one is named. What its original was answered, it
is answered again. Nothing of it leaves botflow: its messages are kept and never sent, its events start nothing.

A fork of a conversation has a session of its own, without a person and without timers. It hears what the person said
after the step, as it is stored, or what the request names; never what the person says from now on.
"""

from __future__ import annotations

from datetime import datetime
from functools import partial

from sqlalchemy import Connection

from botflow.engine.forks.beginning import first_inbound
from botflow.engine.forks.state import check_places, forked_session
from botflow.engine.inbound import RUN, Inbound
from botflow.engine.session import Persona
from botflow.engine.turn import NodeTypes
from botflow.errors import FlowError, RejectedInbound
from botflow.flow.graph import Flow
from botflow.records.access import Principal
from botflow.records.forks import ForkRequest, NewFork, Place, Played, Sequel
from botflow.records.runs import ExecutionRecord, StartedRun
from botflow.records.turns import TurnId
from botflow.runtime.runs.rebuilding import Rebuilder, Rebuilt
from botflow.runtime.runs.refusals import refused
from botflow.runtime.runs.starts.validation import check_key
from botflow.runtime.runs.steps import Step, steps_of
from botflow.runtime.served_flows import Flows
from botflow.seeds import new_seed
from botflow.storage.engines.dialects import clock_time
from botflow.storage.engines.engine import Engine
from botflow.storage.runs.executions import Executions
from botflow.storage.runs.forks.forks import check_same, find_fork, make_fork
from botflow.storage.runs.forks.history import MOST_TURNS, read_plays
from botflow.storage.service.audit_log import record_change
from botflow.storage.workflow_versions import find_version


class ForkMaker:
    """Makes forks of executions, in the database as its caller may see it."""

    def __init__(self, engine: Engine, flows: Flows, node_types: NodeTypes) -> None:
        self._engine = engine
        self._executions = Executions(engine)
        self._flows = flows
        self._rebuilder = Rebuilder(engine=engine, flows=flows, node_types=node_types)

    async def fork(self, request: ForkRequest, organization: int | None, who: Principal | None) -> StartedRun:
        """Make the fork, which begins at once; a key that was used before returns the fork that it made.

        RejectedInbound `execution.unknown`, `step.unknown`, `version.unknown` (404), `fork.not_a_place`,
        `fork.not_kept`, `fork.not_exact`, `fork.other_request` (409), `fork.no_node`, `fork.no_person`,
        `fork.too_large`, `fork.too_many_answers`, `fork.too_many_messages` (422).
        """
        original = await self._executions.read(request.execution, organization)
        if original is None:
            raise refused("unknown")
        check_key(request.key)
        known = await self._engine.read(find_fork, original, request.key) if request.key else None
        if known is not None:
            await self._engine.read(check_same, known, request, original)
            return known
        try:
            fork = await self._prepared(original, request)
        except FlowError as problem:
            raise _refused(problem) from problem
        return await self._engine.write(partial(_written, original=original, fork=fork, who=who))

    async def _prepared(self, original: ExecutionRecord, request: ForkRequest) -> NewFork:
        """Rebuild the state before the step, and return the fork that begins with it."""
        step = await self._step(original, request.step)
        if step.place is None:
            raise _not_a_place(step)
        rebuilt = await self._rebuilder.rebuild(original, step.place)
        now = await self._engine.read(clock_time)
        begun = Inbound(kind="resume", key="", received_at=now, seed=new_seed(), channel=RUN)
        execution = begun.new_execution_id
        session, persona = rebuilt.before.session, rebuilt.heard_as
        return NewFork(
            request=request,
            execution=execution,
            session=forked_session(session, execution, request.variables, persona),
            flow_version=await self._version(original, rebuilt, request.version),
            place=step.place,
            begins_in=TurnId(original.session, step.seq),
            asked=rebuilt.before.asked,
            kept_of=session.kept_of or original.id,
            kept=rebuilt.before.kept,
            sequel=await self._sequel(original, request, rebuilt, step.place, now),
        )

    async def _sequel(
        self, original: ExecutionRecord, request: ForkRequest, rebuilt: Rebuilt, place: Place, now: datetime
    ) -> Sequel | None:
        """Return what a fork of a conversation hears: what was heard after the step, or what the request names."""
        persona, before = rebuilt.heard_as, rebuilt.before
        if persona is None:
            if request.plays is not None:
                raise _no_person()
            return None
        heard, until = await self._engine.read(read_plays, original, persona, place.version)
        if request.plays is None:
            plays = heard
        else:
            plays = [_heard_now(each, persona, now, number) for number, each in enumerate(request.plays, start=1)]
        first = first_inbound(before.heard, before.said) if before.heard is not None else None
        return Sequel(first=first, plays=tuple(plays), until=until)

    async def _step(self, original: ExecutionRecord, number: int) -> Step:
        turns = await self._executions.turns(original, MOST_TURNS)
        steps = steps_of(turns, None, await self._flow(original), status="running").steps
        if not 1 <= number <= len(steps):
            raise RejectedInbound(
                f"the execution has no step {number}",
                code="step.unknown",
                hint=f"list its steps with GET /api/v1/executions/{original.id}/steps",
                status=404,
            )
        return steps[number - 1]

    async def _version(self, original: ExecutionRecord, rebuilt: Rebuilt, number: int | None) -> int:
        """Return the id of the version that the fork runs: the wanted one must have the nodes of the step."""
        if number is None:
            return rebuilt.flow_version
        found = await self._engine.read(find_version, original.workflow, number)
        if found is None:
            raise RejectedInbound(
                f"there is no version {number} of the workflow {original.workflow!r}",
                code="version.unknown",
                hint=f"list them with GET /api/v1/workflows/{original.workflow}/versions",
                status=404,
            )
        check_places(rebuilt.before.session, rebuilt.flow, await self._flows.version(found))
        return found

    async def _flow(self, original: ExecutionRecord) -> Flow | None:
        try:
            return await self._flows.version(original.flow_version)
        except FlowError:
            return None


def _written(connection: Connection, original: ExecutionRecord, fork: NewFork, who: Principal | None) -> StartedRun:
    made = make_fork(connection, original, fork)
    if not made.is_new:
        check_same(connection, made, fork.request, original)
    elif who is not None:
        request = fork.request
        begun = {"execution": original.id, "step": request.step, "variables": sorted(request.variables)}
        record_change(connection, who, "execution.forked", f"execution:{made.execution}", after=begun)
    return made


def _refused(problem: FlowError) -> RejectedInbound:
    """Return the refusal of a state that cannot be rebuilt, or that the fork cannot begin with."""
    if problem.code == "fork.not_exact":
        return RejectedInbound(problem.message, code=problem.code, hint=problem.hint, status=409)
    if problem.code.startswith("limit."):
        return RejectedInbound(
            f"these variables are too many or too large for a run: {problem.message}",
            code="fork.too_large",
            hint="keep large values elsewhere, and set their ids",
            status=422,
        )
    return RejectedInbound(problem.message, code=problem.code, hint=problem.hint, status=422)


def _not_a_place(step: Step) -> RejectedInbound:
    return RejectedInbound(
        f"no execution can begin before the step {step.number}, {step.node!r}",
        code="fork.not_a_place",
        hint="a loop or a `finally` is under way there; the list of steps says which ones can be forked",
        status=409,
    )


def _heard_now(played: Played, persona: Persona, now: datetime, number: int) -> Inbound:
    """Return what a request lets the fork hear, as if it had come now."""
    return Inbound(
        kind="message" if played.text or played.payload else "timeout",
        key=f"play:{number}",
        received_at=now,
        seed=new_seed(),
        channel=persona.channel,
        sender=persona.sender,
        text=played.text,
        payload=played.payload,
    )


def _no_person() -> RejectedInbound:
    return RejectedInbound(
        "a fork of a run hears no messages: there is no person in a run",
        code="fork.no_person",
        hint="leave `messages` out, and change variables",
        status=422,
    )
