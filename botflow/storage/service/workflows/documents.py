"""One document of a workflow: its draft, the active version, or another one."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

from sqlalchemy import Connection

from botflow.storage.service.workflows.drafts import get_draft
from botflow.storage.service.workflows.versions import get_active_version, get_version

Which = int | Literal["draft", "active"]


class StoredDocument(NamedTuple):
    """A document as it is stored, and the version's number, or `draft`."""

    which: int | Literal["draft"]
    document: dict[str, Any]


def get_document(connection: Connection, organization: int, slug: str, which: Which) -> StoredDocument | None:
    """Return a document; None when the organization has no such workflow, or the workflow no such version."""
    if which == "draft":
        draft = get_draft(connection, organization, slug)
        return StoredDocument("draft", draft.document) if draft is not None else None
    found = (
        get_active_version(connection, organization, slug)
        if which == "active"
        else get_version(connection, organization, slug, which)
    )
    return StoredDocument(found[0].number, found[1][slug]) if found is not None else None
