"""Reads and edits the nodes and edges of a draft, for the calls on nodes, edges and graphs.

An edit is a revision of the draft. The audit log gets what is different, not the whole document.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection

from botflow.errors import RejectedInbound
from botflow.flow.editing.canonical import canonical
from botflow.flow.editing.edits import Edit, Edited, Parts, apply_edits
from botflow.records.access import Principal
from botflow.runtime.app import Runtime
from botflow.service.cursors import page_of, read_cursor
from botflow.service.models import Item, Page
from botflow.service.refusals import check_revision, slug_in, unknown_version, unknown_workflow
from botflow.service.workflows.drafts import LARGEST_DRAFT, document_in
from botflow.storage.service.audit_log import record_change
from botflow.storage.service.workflows import drafts, versions

Plain = dict[str, Any]
_SORT = "id"


class Graph(NamedTuple):
    """Nodes and edges in canonical form, each edge with an id. `revision` is the draft's, None for a version."""

    nodes: Sequence[Plain]
    edges: Sequence[Plain]
    revision: int | None


class Revised(NamedTuple):
    """The draft after an edit, and what is different."""

    document: Plain
    before: Parts
    after: Parts
    revision: int

    def node(self, id: str) -> Plain:
        found: Plain = next(node for node in self.document["nodes"] if node["id"] == id)
        return found

    def edge(self, id: str) -> Plain:
        found: Plain = next(edge for edge in self.document["edges"] if edge["id"] == id)
        return found


class DraftGraphs:
    """The graphs of the caller's organization."""

    def __init__(self, runtime: Runtime, caller: Principal) -> None:
        self._engine = runtime.database.within(caller.organization)
        self._caller = caller

    async def read(self, workflow: str, version: int | None) -> Graph:
        """Return the draft's graph, or that of a version. RejectedInbound `workflow.unknown`, `version.unknown`."""
        document, revision = await self._engine.read(self._document, slug_in(workflow), version)
        return Graph(document["nodes"], document["edges"], revision)

    async def edit(self, workflow: str, edits: Sequence[Edit], if_revision: int | None) -> Revised:
        """Apply the edits to the draft as its next revision, all or none.

        RejectedInbound `draft.changed` (412) when it was edited since `if_revision`; see `apply_edits`.
        """
        return await self._engine.write(self._edit, slug_in(workflow), edits, if_revision)

    def _document(self, connection: Connection, slug: str, version: int | None) -> tuple[Plain, int | None]:
        organization = self._caller.organization
        draft = drafts.get_draft(connection, organization, slug)
        if draft is None:
            raise unknown_workflow(slug)
        if version is None:
            return document_in(draft), draft.revision
        found = versions.get_version(connection, organization, slug, version)
        if found is None:
            raise unknown_version(slug, version)
        return canonical(found[1][slug]), None

    def _edit(self, connection: Connection, slug: str, edits: Sequence[Edit], if_revision: int | None) -> Revised:
        draft = drafts.get_draft(connection, self._caller.organization, slug, lock=True)
        if draft is None:
            raise unknown_workflow(slug)
        check_revision(draft, if_revision)
        edited = apply_edits(document_in(draft), edits)
        _check_size(edited)
        revision = drafts.save_draft(connection, draft, edited.document, self._caller.actor)
        record_change(
            connection,
            self._caller,
            "workflow.graph_edited",
            f"workflow:{slug}",
            before=_listed(edited.before),
            after=_listed(edited.after),
        )
        return Revised(edited.document, edited.before, edited.after, revision)


def page_by_id(
    parts: Sequence[Plain], cursor: str | None, limit: int, shown: Callable[[Mapping[str, Any]], Item]
) -> Page[Item]:
    """Return a page of nodes or edges in the order of their ids, which edits between two pages do not disturb."""
    after = read_cursor(cursor, _SORT, (str, int))
    places = sorted((part["id"], position) for position, part in enumerate(parts))
    later = [place for place in places if after is None or place > tuple(after)]
    return page_of(later[: limit + 1], limit, _SORT, lambda place: place, lambda place: shown(parts[place[1]]))


def _check_size(edited: Edited) -> None:
    size = len(orjson.dumps(edited.document))
    if size > LARGEST_DRAFT:
        raise RejectedInbound(
            f"the draft would have {size:,} bytes, at most {LARGEST_DRAFT:,}",
            code="draft.too_large",
            hint="make a part of it a workflow of its own, which logic.subflow runs",
            status=413,
        )


def _listed(parts: Parts) -> dict[str, Any]:
    """Return parts as the audit log has them."""
    return {"nodes": list(parts.nodes.values()), "edges": list(parts.edges.values())}
