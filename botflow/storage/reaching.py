"""Whether an action may let a provider write to a person by itself. Such a message never passes the send gate, so this
asks in its place: opt-outs, the workflow's countries, and the bounds of messages to strangers and from anonymous
visitors."""

from __future__ import annotations

from http import HTTPStatus

from sqlalchemy import Connection

from botflow.errors import RejectedInbound
from botflow.flow.policy import Policy
from botflow.phone_numbers import country_of
from botflow.records.sessions import SessionKey
from botflow.storage.consent_changes import is_stopped
from botflow.storage.engines.dialects import clock_time
from botflow.storage.spending import Amount, OverBudget, Person, message_scopes, reserve
from botflow.storage.started_by import starter_of


def permit(connection: Connection, session: int, channel: str, address: str, policy: Policy) -> None:
    """Count a message to the person against the bounds of the session's workflow; RejectedInbound `consent.stopped`,
    `consent.country` or `budget.<scope>` when it may not be sent. `address` is in its normal form."""
    if policy.countries and country_of(address) not in policy.countries:
        raise RejectedInbound(
            "the workflow sends no messages to this country",
            code="consent.country",
            hint="its `countries` may name more",
            status=HTTPStatus.FORBIDDEN,
        )
    starter = starter_of(connection, session)
    if is_stopped(connection, SessionKey(starter.key.workflow, channel, address)):
        raise RejectedInbound("the recipient has opted out", code="consent.stopped", status=HTTPStatus.CONFLICT)
    person = Person(organization=starter.organization, session=session, channel=channel, address=address)
    now = clock_time(connection)
    scopes = message_scopes(policy.budgets, person, starter.key, now, is_stranger=True, is_elsewhere=True)
    try:
        reserve(connection, scopes, Amount(segments=1))
    except OverBudget as refused:
        raise RejectedInbound(
            "the recipient, or an anonymous visitor, has caused enough messages for now",
            code=f"budget.{refused.scope}",
            hint="the workflow's `budgets` may allow more",
            status=HTTPStatus.TOO_MANY_REQUESTS,
        ) from None
