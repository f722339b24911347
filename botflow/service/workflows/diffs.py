"""Differences between the versions of a workflow and its draft."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field
from sqlalchemy import Connection

from botflow.flow.editing.canonical import canonical
from botflow.flow.editing.diff import Difference, difference
from botflow.flow.editing.diff_text import diff_text
from botflow.flow.placed import Position
from botflow.records.access import Principal
from botflow.runtime.app import Runtime
from botflow.service.models import Shown
from botflow.service.refusals import slug_in, unknown_version, unknown_workflow
from botflow.service.workflows.edges import Edge, shown_edge
from botflow.storage.service.workflows.documents import StoredDocument, Which, get_document

Side = int | Literal["draft"]


class ValueChange(Shown):
    """One value that is different. `path` leads to it by names and by the ids of list items:
    `properties.options[large].label`."""

    path: str
    kind: Literal["added", "removed", "changed", "reordered"]
    before: Any
    after: Any


class ChangedNode(Shown):
    """A node with another type, other properties, or another label."""

    id: str
    changes: list[ValueChange]


class RenamedNode(Shown):
    """A node that has another id, and is else the same."""

    before: str
    after: str


class MovedNode(Shown):
    """A node that is drawn elsewhere."""

    id: str
    before: Position | None
    after: Position | None


class ChangedEdge(Shown):
    """An edge that begins or ends elsewhere, leaves by another handle, or has other data."""

    before: Edge
    after: Edge


class WorkflowDiff(Shown):
    """What is different in `to`, compared with `from`: each a version's number, or `draft`; null for the active version
    while nothing was published. `text` says it in sentences. Nodes are as documents have them."""

    workflow: str
    from_: Side | None = Field(alias="from")
    to: Side | None
    same: bool
    text: list[str]
    nodes_added: list[dict[str, Any]]
    nodes_removed: list[dict[str, Any]]
    nodes_renamed: list[RenamedNode]
    nodes_changed: list[ChangedNode]
    nodes_moved: list[MovedNode]
    edges_added: list[Edge]
    edges_removed: list[Edge]
    edges_changed: list[ChangedEdge]
    settings: list[ValueChange]


class Diffs:
    """The differences between documents of the caller's organization."""

    def __init__(self, runtime: Runtime, caller: Principal) -> None:
        self._engine = runtime.database.within(caller.organization)
        self._caller = caller

    async def get_workflow_diff(self, workflow: str, from_: Which = "active", to: Which = "draft") -> WorkflowDiff:
        """Compare two documents of a workflow: versions by their numbers, the `active` one, or the `draft`.

        RejectedInbound `workflow.unknown`, `version.unknown` (404).
        """
        return await self._engine.read(self._compare, slug_in(workflow), from_, to)

    def _compare(self, connection: Connection, slug: str, from_: Which, to: Which) -> WorkflowDiff:
        if get_document(connection, self._caller.organization, slug, "draft") is None:
            raise unknown_workflow(slug)
        before, after = self._read(connection, slug, from_), self._read(connection, slug, to)
        found = difference(
            canonical(before.document) if before is not None else None,
            canonical(after.document) if after is not None else None,
        )
        return _shown(slug, before.which if before else None, after.which if after else None, found)

    def _read(self, connection: Connection, slug: str, which: Which) -> StoredDocument | None:
        found = get_document(connection, self._caller.organization, slug, which)
        if found is None and isinstance(which, int):
            raise unknown_version(slug, which)
        return found


def _shown(workflow: str, from_: Side | None, to: Side | None, found: Difference) -> WorkflowDiff:
    edges = {
        "edges_added": [shown_edge(edge) for edge in found.edges_added],
        "edges_removed": [shown_edge(edge) for edge in found.edges_removed],
        "edges_changed": [
            ChangedEdge(before=shown_edge(each.before), after=shown_edge(each.after)) for each in found.edges_changed
        ],
    }
    return WorkflowDiff.model_validate(
        {
            "workflow": workflow,
            "from": from_,
            "to": to,
            "same": found.is_none,
            "text": diff_text(found),
            **{name: getattr(found, name) for name in WorkflowDiff.model_fields if hasattr(found, name)},
            **edges,
        }
    )
