"""Published versions of workflows, as storage and runtime pass them."""

from __future__ import annotations

from typing import Any, Literal

from botflow.values import value

WorkflowStatus = Literal["active", "inactive"]


@value(frozen=True, slots=True, kw_only=True)
class PublishedFlow:
    """One stored version: `documents` is the bundle {workflow id: document}, the root's under `workflow_slug`."""

    workflow: int
    slug: str
    version: int
    number: int
    digest: str
    documents: dict[str, Any]
    is_active: bool = True


@value(frozen=True, slots=True, kw_only=True)
class WorkflowSummary:
    """A stored workflow. `version` is the number of the version that new executions get; `under_way` counts the
    executions that have not ended."""

    slug: str
    name: str
    status: str
    mode: str
    version: int
    under_way: int
