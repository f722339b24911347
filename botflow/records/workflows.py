"""Published versions of workflows, as storage and runtime pass them."""

from __future__ import annotations

from typing import Any

from botflow.values import value


@value(frozen=True, slots=True, kw_only=True)
class PublishedFlow:
    """One stored version: `documents` is the bundle {workflow id: document}, the root's under `workflow_slug`."""

    workflow: int
    slug: str
    version: int
    number: int
    digest: str
    documents: dict[str, Any]
