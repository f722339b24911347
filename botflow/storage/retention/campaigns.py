"""Deletes what was decided long ago about people of campaigns: whether a conversation began with them.

Such a row keeps an occasion from being decided twice. It is not needed for that after a few days: a campaign looks back
no further than its `late`, of at most three days, and one more. No retention is shorter than a week.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select, tuple_

from botflow.storage.retention.batch import ROWS_AT_ONCE, Batch
from botflow.storage.tables import campaign_starts

_KEY = (campaign_starts.c.node, campaign_starts.c.person_id, campaign_starts.c.occasion)


def prune_starts(workflow: int, batch: Batch, after: Sequence[Any] | None) -> Sequence[Any] | None:
    """Look at the next rows of a workflow, and delete those whose occasion was due before what is kept of
    conversations. Return the key of the last, None at the end."""
    cutoff = batch.cutoffs.conversations
    if cutoff is None:
        return None
    of_workflow = campaign_starts.c.workflow_id == workflow
    rows = select(*_KEY, campaign_starts.c.due_at).where(of_workflow).order_by(*_KEY).limit(ROWS_AT_ONCE)
    if after is not None:
        rows = rows.where(tuple_(*_KEY) > tuple_(*after))
    found = batch.connection.execute(rows).all()
    old = [(workflow, *row[:3]) for row in found if row.due_at < cutoff]
    if old:
        batch.total.starts += batch.delete_keys(campaign_starts, (campaign_starts.c.workflow_id, *_KEY), old)
    return tuple(found[-1][:3]) if len(found) == ROWS_AT_ONCE else None
