"""Publishing a draft, in two steps: compiled outside of the transaction that stores the version.

Also for the command line, which has a connection and no runtime.
"""

from __future__ import annotations

from sqlalchemy import Connection

from botflow.engine.turn import NodeTypes
from botflow.phone_numbers import require_numbers
from botflow.records.access import Principal
from botflow.records.workflows import Publication
from botflow.service.bundles import Bundle, compile_bundle
from botflow.service.credential_uses import check_credentials
from botflow.service.refusals import check_revision, unknown_workflow
from botflow.storage.service.audit_log import record_change
from botflow.storage.service.drafts import Draft, get_draft
from botflow.storage.workflow_versions import publish_version, set_status


def compile_draft(
    connection: Connection, organization: int, slug: str, node_types: NodeTypes, if_revision: int | None = None
) -> tuple[Draft, Bundle]:
    """Return the draft, compiled. FlowProblems when it has errors; RejectedInbound `workflow.unknown`, `draft.changed`;
    UsageError when this installation lacks what it needs."""
    draft = get_draft(connection, organization, slug)
    if draft is None:
        raise unknown_workflow(slug)
    check_revision(draft, if_revision)
    bundle = compile_bundle(connection, organization, draft.document, node_types)
    require_numbers(bundle.flow)
    return draft, bundle


def publish_draft(
    connection: Connection, caller: Principal, compiled: Draft, bundle: Bundle, message: str
) -> Publication:
    """Store the compiled draft as the active version. RejectedInbound `draft.changed` when it was edited meanwhile."""
    slug, flow = compiled.slug, bundle.flow
    draft = get_draft(connection, caller.organization, slug, lock=True)
    if draft is None:
        raise unknown_workflow(slug)
    check_revision(draft, compiled.revision)
    check_credentials(connection, caller.organization, bundle.documents)
    publication = publish_version(
        *(connection, slug, flow.name, flow.digest, bundle.documents),
        restores=True,
        author=caller.actor,
        message=message or None,
    )
    if draft.status == "draft":
        set_status(connection, slug, "active")
    record_change(
        connection,
        caller,
        "workflow.published",
        f"workflow:{slug}",
        before={"version": publication.before},
        after={"version": publication.active, "message": message},
    )
    return publication
