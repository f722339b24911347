"""Refusals that many calls share: a workflow that is not there, a draft that was edited meanwhile."""

from __future__ import annotations

from botflow.errors import RejectedInbound
from botflow.storage.service.drafts import Draft


def unknown_workflow(workflow: str) -> RejectedInbound:
    """Return the refusal of an id that no workflow of the caller's organization has."""
    return RejectedInbound(
        f"there is no workflow {workflow[:64]!r}",
        code="workflow.unknown",
        hint="list them with GET /api/v1/workflows",
        status=404,
    )


def check_revision(draft: Draft, if_revision: int | None) -> None:
    """RejectedInbound `draft.changed` (412) when the draft is not at this revision any more."""
    if if_revision is not None and if_revision != draft.revision:
        raise RejectedInbound(
            f"the draft is at revision {draft.revision}, and not at {if_revision}: {draft.updated_by} has edited it",
            code="draft.changed",
            hint="read the draft again, and make your change to what it is now",
            status=412,
        )
