"""Drafts: the documents that editors write. The next publication makes a version of the draft."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection

from botflow.errors import RejectedInbound
from botflow.flow.editing.canonical import canonical
from botflow.flow.problems import FlowProblems, Problem
from botflow.records.access import Principal
from botflow.runtime.app import Runtime
from botflow.service.credentials.credential_hosts import refused_hosts
from botflow.service.credentials.credential_uses import refused_credentials
from botflow.service.models import Shown
from botflow.service.refusals import check_revision, slug_in, unknown_workflow
from botflow.service.workflows.bundles import compile_bundle
from botflow.storage.service.audit_log import record_change
from botflow.storage.service.workflows import drafts
from botflow.storage.service.workflows.drafts import Draft

LARGEST_DRAFT = 4 * 1024 * 1024  # bytes of JSON


class WorkflowDraft(Shown):
    """A workflow's draft: the document that the next publication makes a version of. Each of its edges has an id."""

    id: str
    revision: int
    document: dict[str, Any]
    updated_by: str
    updated_at: datetime


class Finding(Shown):
    """One finding of the checker. Errors keep a draft from being published; warnings do not.

    `file` is the workflow that it is in; `path` leads to the place in its document.
    """

    code: str
    severity: Literal["error", "warning"]
    message: str
    file: str = ""
    hint: str = ""
    node: str = ""
    path: str = ""


class Validation(Shown):
    """What the checker says of a document."""

    valid: bool
    problems: list[Finding]


class Drafts:
    """The drafts of the caller's organization."""

    def __init__(self, runtime: Runtime, caller: Principal) -> None:
        self._engine = runtime.database.within(caller.organization)
        self._node_types = runtime.node_types
        self._safe = runtime.vault.safe
        self._caller = caller

    async def get_draft(self, workflow: str) -> WorkflowDraft:
        """Return the draft; of a workflow without edits, the document of its active version."""
        found = await self._engine.read(drafts.get_draft, self._caller.organization, slug_in(workflow))
        if found is None:
            raise unknown_workflow(workflow)
        return _shown_draft(found)

    async def create_workflow(self, document: Mapping[str, Any]) -> WorkflowDraft:
        """Store a new workflow from its document, out of service. FlowProblems when it is no document; RejectedInbound
        `workflow.exists` (409) when its id is taken."""
        return _shown_draft(await self._engine.write(self._create, canonical(document)))

    async def update_workflow(
        self, workflow: str, document: Mapping[str, Any], *, if_revision: int | None = None
    ) -> WorkflowDraft:
        """Replace the draft. It may have errors; publishing needs it without.

        RejectedInbound `draft.changed` (412) when it was edited since `if_revision`.
        """
        stored = canonical(document)
        if stored["id"] != workflow:
            raise RejectedInbound(
                f"the document has the id {stored['id']!r}, and not {workflow[:64]!r}",
                code="workflow.other_id",
                hint="a workflow keeps its id; create another workflow instead",
                status=422,
            )
        return _shown_draft(await self._engine.write(self._edit, workflow, stored, if_revision))

    async def validate_workflow(self, workflow: str, document: Mapping[str, Any] | None = None) -> Validation:
        """Check `document`, or the draft, together with the workflows that it runs as subflows.

        A credential that cannot be used yet is a warning here, and an error when it is published.
        """
        draft = await self.get_draft(workflow)
        return await self.validate_document(draft.document if document is None else document)

    async def validate_document(self, document: Mapping[str, Any]) -> Validation:
        """Check a document that need not be stored, in the same way."""
        try:
            warnings = await self._engine.read(self._warnings, canonical(document))
        except FlowProblems as failure:
            return Validation(valid=False, problems=[_finding(problem) for problem in failure.problems])
        return Validation(valid=True, problems=[_finding(problem) for problem in warnings])

    def _warnings(self, connection: Connection, document: dict[str, Any]) -> list[Problem]:
        organization = self._caller.organization
        bundle = compile_bundle(connection, organization, document, self._node_types)
        missing = refused_credentials(connection, organization, bundle.documents)
        missing += refused_hosts(connection, organization, bundle.flow, self._node_types, self._safe)
        return [replace(problem, severity="warning") for problem in missing]

    def _create(self, connection: Connection, document: dict[str, Any]) -> Draft:
        made = drafts.create_workflow(connection, self._caller.organization, document, self._caller.actor)
        if made is None:
            raise RejectedInbound(
                f"there is a workflow {document['id']!r} already",
                code="workflow.exists",
                hint="ids are unique in the deployment, because they stand in addresses: choose another one",
                status=409,
            )
        record_change(connection, self._caller, "workflow.created", f"workflow:{made.slug}", after=document)
        return made

    def _edit(self, connection: Connection, slug: str, document: dict[str, Any], if_revision: int | None) -> Draft:
        organization = self._caller.organization
        draft = drafts.get_draft(connection, organization, slug, lock=True)
        if draft is None:
            raise unknown_workflow(slug)
        check_revision(draft, if_revision)
        drafts.save_draft(connection, draft, document, self._caller.actor)
        record_change(
            connection, self._caller, "workflow.edited", f"workflow:{slug}", before=draft.document, after=document
        )
        edited = drafts.get_draft(connection, organization, slug)
        assert edited is not None, "its row is locked"
        return edited


def document_in(draft: Draft) -> dict[str, Any]:
    """Return a draft's document in canonical form, each edge with an id.

    A draft without edits is what was published, which may have been written with short forms.
    """
    return draft.document if draft.revision else canonical(draft.document)


def _shown_draft(draft: Draft) -> WorkflowDraft:
    return WorkflowDraft(
        id=draft.slug,
        revision=draft.revision,
        document=document_in(draft),
        updated_by=draft.updated_by,
        updated_at=draft.updated_at,
    )


def _finding(problem: Problem) -> Finding:
    return Finding(
        code=problem.code,
        severity=problem.severity,
        message=problem.message,
        file=problem.file,
        hint=problem.hint,
        node=problem.node,
        path=problem.path,
    )
