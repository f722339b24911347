"""Published versions of workflows, as storage and runtime pass them."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from botflow.values import value

WorkflowStatus = Literal["draft", "active", "inactive", "paused", "archived"]
"""Only an active workflow is served. `draft` has never been published."""


@value(frozen=True, slots=True, kw_only=True)
class PublishedFlow:
    """One stored version: `documents` is the bundle {workflow id: document}, the root's under `workflow_slug`."""

    workflow: int
    organization: int
    slug: str
    version: int
    number: int
    digest: str
    documents: dict[str, Any]
    is_active: bool = True


@value(frozen=True, slots=True, kw_only=True)
class Publication:
    """What a publication did. `flow` is the version of the published content, `active` the number of the version that
    new executions get now, and `before` of the one that they got before, None if there was none. They differ from the
    published one's when it was active once: such a version does not take over without being told to."""

    flow: PublishedFlow
    active: int
    before: int | None


@value(frozen=True, slots=True, kw_only=True)
class WorkflowVersion:
    """A stored version; new executions get the active one."""

    number: int
    created_at: datetime
    is_active: bool


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
