"""Starts the conversation that a `logic.start` asked for, in the transaction that carries out its effect.

The start is that of an application (start.py): the person's consent is held, a session that is busy is left alone, and
another organization's workflow is unknown. Three bounds are added: how many conversations may start each other, how
many an anonymous visitor may start, and that a number must have a sender.
"""

from __future__ import annotations

from http import HTTPStatus

from sqlalchemy import Connection

from botflow.engine.effects import ReportEnd, StartConversation
from botflow.errors import BotflowError
from botflow.flow.policy import Budgets
from botflow.interfaces import Channels
from botflow.records.runs import StoredEffect
from botflow.runtime.runs.starts.start import StartRequest, start
from botflow.runtime.runs.starts.validation import no_start
from botflow.storage.spending import OverBudget
from botflow.storage.started_by import CHAIN, LENGTH, chain_length, reserve_visitor, starter_of

DEEPEST = 16  # conversations that start each other: a longer chain is taken for an endless loop
_BRANCH = "start"


def start_conversation(
    connection: Connection, effect: StoredEffect, wanted: StartConversation, channels: Channels, budgets: Budgets
) -> ReportEnd:
    """Start the conversation and return the report for its node; RejectedInbound when it cannot be started.

    Codes besides those of `start`: start.too_deep, start.no_sender, budget.visitor, budget.visitors.
    """
    starter = starter_of(connection, effect.session)
    chain = 1 + chain_length(connection, effect.session, DEEPEST)
    if chain > DEEPEST:
        raise no_start(
            f"more than {DEEPEST} conversations have started each other",
            "start.too_deep",
            "let one of them end without starting the next",
        )
    sender = wanted.sender or starter.address
    if wanted.channel in channels and not sender:
        raise no_start(
            "there is no number that the messages could come from", "start.no_sender", "give the node a `from`"
        )
    if effect.is_anonymous:
        try:
            reserve_visitor(connection, effect.session, starter, budgets)
        except OverBudget as refused:
            raise no_start(
                "anonymous visitors have started enough conversations in this hour",
                f"budget.{refused.scope}",
                "the workflow's `budgets` may allow more",
                HTTPStatus.TOO_MANY_REQUESTS,
            ) from None
    run = start(
        connection,
        StartRequest(
            workflow=wanted.workflow or starter.slug,
            organization=effect.organization,
            input=dict(wanted.input),
            key=f"start:{starter.slug}:{wanted.key}" if wanted.key else f"start:{effect.name}",
            external_id=wanted.to,
            channel=wanted.channel,
            address=sender,
            metadata={CHAIN: {"execution": starter.execution, LENGTH: chain}},
            trace=effect.trace,
        ),
        channels,
    )
    return _report(effect, wanted, output={"session": str(run.session), "execution": run.execution})


def unstarted(effect: StoredEffect, wanted: StartConversation) -> ReportEnd:
    """Return the report in a fork, which sends no message: as if the conversation had begun."""
    return _report(effect, wanted, output={"session": "", "execution": ""})


def refused(effect: StoredEffect, wanted: StartConversation, refusal: BotflowError) -> ReportEnd:
    """Return the report of a start that was refused."""
    error = {"node": "", "code": refusal.code, "message": refusal.message}
    return ReportEnd(session=effect.session, group=wanted.group, branch=_BRANCH, status="failed", error=error)


def _report(effect: StoredEffect, wanted: StartConversation, *, output: object) -> ReportEnd:
    return ReportEnd(session=effect.session, group=wanted.group, branch=_BRANCH, status="completed", output=output)
