"""Performing Asks: a model, a plugin's action or the conversation's history answers, in time and as plain JSON.

An external failure becomes an Answer that carries it, so that the flow can continue by `error`. A failure of our own
database is raised: the attempt fails and is retried.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import Any, assert_never

import orjson
import structlog

from botflow.engine.asks import Answer, Ask, AskFailure, AskHistory, AskModel, Invoke, Pause
from botflow.engine.json_values import stored_numbers
from botflow.errors import BotflowError, UsageError
from botflow.flow.policy import Budgets, Policy
from botflow.interfaces import Model, OnDelta
from botflow.plugins import Plugin
from botflow.records.forks import AnswerId
from botflow.redaction.known_secrets import KnownSecrets
from botflow.redaction.redactor import Redactor
from botflow.runtime.accounts import Account, Accounts
from botflow.runtime.asks.actions import LARGEST_ANSWER, Actions, storable_text
from botflow.runtime.asks.model_budget import ModelSpend
from botflow.runtime.asks.recorded_answers import RecordedAnswers
from botflow.runtime.offline_model import LexicalModel
from botflow.runtime.process.measurements import Measurements
from botflow.runtime.process.tracebacks import traceback_of
from botflow.runtime.tracing.tracing import NO_TRACING, Tracing
from botflow.storage.transcripts import Transcripts
from botflow.values import value

NO_POLICY = Policy()


def models_of(plugins: Sequence[Plugin], environment: Mapping[str, str]) -> tuple[Model, ...]:
    """Return the configured models, and last the built-in one, which is always there. The first is the default."""
    made = [plugin.open_model(environment) for plugin in plugins]
    return (*(model for model in made if model is not None), LexicalModel())


@value(frozen=True, slots=True)
class Asking:
    """The turn that asks: of which workflow, session and execution. `seq` is its inbound's. `index` counts its asks;
    `is_fork`: the answers that were recorded come first."""

    workflow: str
    session: int
    seq: int
    execution: str = ""
    index: int = 0
    is_fork: bool = False


class Asks:
    """Performs asks; any number of calls may run at once."""

    def __init__(
        self,
        *,
        accounts: Accounts,
        transcripts: Transcripts,
        actions: Actions,
        recorded: RecordedAnswers,
        spend: ModelSpend,
        known_secrets: KnownSecrets,
        measurements: Measurements,
        log: structlog.typing.FilteringBoundLogger,
        tracing: Tracing = NO_TRACING,
    ) -> None:
        self._accounts = accounts
        self._transcripts = transcripts
        self._actions = actions
        self._recorded = recorded
        self._spend = spend
        self._known_secrets = known_secrets
        self._measurements = measurements
        self._log = log
        self._tracing = tracing
        self._said_offline = False

    async def perform(
        self,
        ask: Ask,
        asking: Asking,
        on_delta: OnDelta | None,
        policy: Policy = NO_POLICY,
    ) -> Answer:
        """Answer `ask`. Raises only the database's errors.

        `policy`, that of the session's workflow, limits what a model call may cost, and whom an action may write to.
        """
        if asking.is_fork and isinstance(ask, AskModel | Invoke):
            place = AnswerId(asking.session, asking.seq, asking.index)
            if (recorded := await self._recorded.answer(ask, place, asking.execution)) is not None:
                return recorded
        match ask:
            case AskHistory():
                read = self._transcripts.lines_of_fork if asking.is_fork else self._transcripts.lines
                lines = await read(asking.session, asking.seq, ask.limit)
                return Answer(value=[{"role": line.role, "text": line.text} for line in lines])
            case Pause(seconds=seconds):
                await asyncio.sleep(seconds)
                return Answer()
            case AskModel():
                return await self._ask_model(ask, asking, on_delta, policy.budgets)
            case Invoke():
                return await self._invoke(ask, asking, policy)
            case _:
                assert_never(ask)

    async def _within(
        self, ask: AskModel | Invoke, work: Any, kind: str, redactor_now: Callable[[], Redactor]
    ) -> Answer:
        """Await `work` for at most the Ask's time; every external failure becomes an Answer, without the secrets
        that are known when it is over."""
        try:
            async with asyncio.timeout(ask.timeout_s):
                return _masked(_as_journalled(await work), redactor_now())
        except TimeoutError:
            return _failed(f"{kind}.timeout", f"no answer within {ask.timeout_s:g} s")
        except BotflowError as failure:
            return _masked(_failed(failure.code, failure.message), redactor_now())
        except BaseException as crash:  # a model or an action is foreign code: its crash becomes its answer
            if isinstance(crash, (GeneratorExit, KeyboardInterrupt)) or _is_being_cancelled():
                raise
            # Masked before it is shortened, which could leave the half of a secret.
            said = redactor_now().text(storable_text(f"{type(crash).__name__}: {crash}"))
            return _failed(f"{kind}.crashed", said[:200], crash)

    def _log_failure(self, ask: AskModel | Invoke, asking: Asking, answer: Answer, redactor: Redactor) -> None:
        """Log a failed ask, its traceback without secrets."""
        failure = answer.failure
        if failure is None:
            return
        asked: dict[str, str] = {"action": ask.type} if isinstance(ask, Invoke) else {"asked": ask.purpose}
        if failure.crash is not None:  # a warning all the same: a flow may expect it, and lead `error` on
            asked["exception"] = traceback_of(failure.crash, redactor)
        self._log.warning(
            "ask_failed",
            workflow=asking.workflow,
            node=ask.node,
            session=asking.session,
            seq=asking.seq,
            execution=asking.execution,
            code=failure.code,
            reason=failure.message,
            **asked,
        )

    async def _ask_model(self, ask: AskModel, asking: Asking, on_delta: OnDelta | None, budgets: Budgets) -> Answer:
        async with AsyncExitStack() as stack:
            try:
                account = await stack.enter_async_context(self._accounts.models(asking.workflow))
            except UsageError as unusable:  # the workflow's credential
                answer = _failed(unusable.code, unusable.message)
                self._log_failure(ask, asking, answer, self._known_secrets.redactor())
                return answer
            return await self._ask_account(account, ask, asking, on_delta, budgets)

    async def _ask_account(
        self,
        account: Account[Sequence[Model]],
        ask: AskModel,
        asking: Asking,
        on_delta: OnDelta | None,
        budgets: Budgets,
    ) -> Answer:
        models = account.of
        model, name = model_named(models, ask.model)
        if len(models) == 1 and not self._said_offline:
            self._said_offline = True
            self._log.info("model_is_offline", hint="the built-in model answers; a language model would do it better")
        redactor = self._known_secrets.redactor(account.secrets)

        took_s = 0.0  # of a call that the budget refuses

        async def call(bounded: AskModel) -> Answer:
            nonlocal took_s
            began_s = time.perf_counter()
            answer = await self._within(bounded, _answer(model, bounded, on_delta, redactor), "model", lambda: redactor)
            took_s = time.perf_counter() - began_s
            return answer

        with self._tracing.model_call(model.name, replace(ask, model=name), asking.session, redactor) as span:
            answer = await self._spend.within(budgets, asking.session, model, replace(ask, model=name), call)
            span.answered(answer)
        self._measurements.asked_model(model.name, name, answer, took_s)
        self._log_failure(ask, asking, answer, redactor)
        return answer

    async def _invoke(self, ask: Invoke, asking: Asking, policy: Policy) -> Answer:
        """Run an action; its log lines are part of its answer, also when it failed."""
        try:
            context = await self._actions.prepare(ask, asking.workflow, asking.session, asking.execution)
        except UsageError as missing:  # the credential that the node or the workflow names
            answer = _failed(missing.code, missing.message)
            self._log_failure(ask, asking, answer, self._known_secrets.redactor())
            return answer

        async def call() -> Answer:
            return Answer(value=await self._actions.call(ask, context, asking.session, policy))

        began_s = time.perf_counter()
        with self._tracing.action(ask) as span:
            answer = await self._within(ask, call(), "action", lambda: context.redactor)
            span.answered(answer)
        self._measurements.called_action(ask.type, answer, time.perf_counter() - began_s)
        if context.lines:  # their secrets are masked already
            answer = replace(answer, usage={**answer.usage, "log": list(context.lines)})
        self._log_failure(ask, asking, answer, context.redactor)
        return answer


def model_named(models: Sequence[Model], name: str | None) -> tuple[Model, str | None]:
    """Find the model named by `lexical` or `provider:model`; any other name belongs to the default model, the first."""
    provider, _, rest = (name or "").partition(":")
    for model in models:
        if model.name == provider:
            return model, rest or None
    return models[0], name


async def _answer(model: Model, ask: AskModel, on_delta: OnDelta | None, redactor: Redactor) -> Answer:
    """Ask the model; its pieces are cleaned and masked like the whole text."""
    if on_delta is None:
        return await model.answer(ask, None)
    pieces = redactor.stream()

    async def pass_on(piece: str) -> None:
        if shown := pieces.take(storable_text(piece)):  # a model may cut a character, or a secret, in two
            await on_delta(shown)

    answer = await model.answer(ask, pass_on)
    if shown := pieces.rest():
        await on_delta(shown)
    return answer


def _masked(answer: Answer, redactor: Redactor) -> Answer:
    """Return the answer without secrets: an error may quote its arguments, a reply its request."""
    failure = answer.failure
    if failure is not None:
        failure = replace(failure, code=redactor.text(failure.code), message=redactor.text(failure.message))
    return replace(answer, value=redactor.json(answer.value), failure=failure, usage=redactor.json(answer.usage))


def _is_being_cancelled() -> bool:
    """True if our own task is being cancelled; a CancelledError may also come from a task that foreign code lost."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def _as_journalled(answer: Answer) -> Answer:
    """Return `answer` as it would be read from the journal, so that a first attempt and a retry see the same."""
    if answer.failure is not None:
        return answer
    try:
        stored = orjson.dumps(_storable(answer.value))
    except (TypeError, RecursionError) as failure:
        return replace(_failed("ask.not_json", f"the answer is not plain JSON: {failure}"[:200]), usage=answer.usage)
    if len(stored) > LARGEST_ANSWER:
        return replace(
            _failed("ask.too_large", f"the answer has {len(stored)} bytes, more than {LARGEST_ANSWER}"),
            usage=answer.usage,
        )
    return replace(answer, value=stored_numbers(orjson.loads(stored), stored))


def _storable(value: Any) -> Any:
    """Drop NUL and lone surrogates from a model's texts: no database accepts them. An action's answer has none."""
    if isinstance(value, str):
        return storable_text(value)
    if isinstance(value, dict):
        return {_storable(name): _storable(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_storable(item) for item in value]
    return value


def _failed(code: str, message: str, crash: BaseException | None = None) -> Answer:
    return Answer(failure=AskFailure(code=code, message=storable_text(message), crash=crash))
