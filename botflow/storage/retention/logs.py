"""Deletes old decisions and old entries of the audit log, only for organizations that have decided it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import literal_column, or_, select, tuple_

from botflow.storage.retention.batch import ROWS_AT_ONCE, Batch
from botflow.storage.tables import audit_log, decisions, outbounds
from botflow.storage.turns.row_mapping import is_unsettled

# As literals, so that the partial indexes are used.
_IS_FORGETTABLE = decisions.c.kind.not_in([literal_column("'opt_out'"), literal_column("'opt_in'")])
_IS_OPEN = or_(is_unsettled(), outbounds.c.state == literal_column("'held'"))


def prune_decisions(organization: int, batch: Batch, after: Sequence[Any] | None) -> Sequence[Any] | None:
    """Delete the next decisions, but no opt-out or opt-in, which are evidence, and none about a session with a message
    that may still be sent. Return the key of the last, None at the end."""
    cutoff = batch.cutoffs.decisions
    if cutoff is None:
        return None
    key = (decisions.c.at, decisions.c.id)
    is_open = select(outbounds.c.seq).where(outbounds.c.session_id == decisions.c.session_id, _IS_OPEN).exists()
    old = select(*key).where(
        decisions.c.organization_id == organization, _IS_FORGETTABLE, decisions.c.at < cutoff, ~is_open
    )
    if after is not None:
        old = old.where(tuple_(*key) > tuple_(*after))
    keys = [tuple(row) for row in batch.connection.execute(old.order_by(*key).limit(ROWS_AT_ONCE))]
    if keys:
        batch.total.decisions += batch.delete(decisions, decisions.c.id.in_([id for _, id in keys]))
    return keys[-1] if len(keys) == ROWS_AT_ONCE else None


def prune_audit_log(organization: int, batch: Batch, after: Sequence[Any] | None) -> Sequence[Any] | None:
    """Delete the next entries of the audit log. Return the key of the last, None as soon as there are younger ones."""
    cutoff = batch.cutoffs.audit_log
    if cutoff is None:
        return None
    of_organization = (audit_log.c.organization_id == organization, audit_log.c.id > (after[0] if after else 0))
    # By id and not by time, which has no index: entries are written in about the order of their times.
    first = select(audit_log.c.id, audit_log.c.at).where(*of_organization).order_by(audit_log.c.id).limit(ROWS_AT_ONCE)
    found = batch.connection.execute(first).all()
    ids = [row.id for row in found if row.at < cutoff]
    if ids:
        batch.total.changes += batch.delete(audit_log, audit_log.c.id.in_(ids))
    return (found[-1].id,) if len(found) == ROWS_AT_ONCE and found[-1].at < cutoff else None
