"""Publishing a draft, in two steps: compiled outside of the transaction that stores the version.

Also for the command line, which has a connection and no runtime.
"""

from __future__ import annotations

import hashlib
from typing import NamedTuple

from sqlalchemy import Connection

from botflow.engine.turn import NodeTypes
from botflow.errors import RejectedInbound
from botflow.flow.problems import FlowProblems
from botflow.phone_numbers import require_numbers
from botflow.records.access import Principal
from botflow.records.publications import PublicationRecord
from botflow.records.workflows import Publication
from botflow.runtime.sealing import Safe
from botflow.service.credentials.credential_hosts import refused_hosts
from botflow.service.credentials.credential_uses import check_credentials
from botflow.service.refusals import check_no_canary, check_revision, unknown_workflow
from botflow.service.workflows.bundles import Bundle, compile_bundle
from botflow.storage.service.audit_log import record_change
from botflow.storage.service.workflows import publications, versions
from botflow.storage.service.workflows.drafts import Draft, get_draft
from botflow.storage.workflow_versions import publish_version, set_status


def compile_draft(
    connection: Connection,
    organization: int,
    slug: str,
    node_types: NodeTypes,
    if_revision: int | None = None,
    *,
    safe: Safe | None,
) -> tuple[Draft, Bundle]:
    """Return the draft, compiled. FlowProblems when it has errors, or sends a credential where it may not go: without a
    `safe` none is opened. RejectedInbound `workflow.unknown`, `draft.changed`; UsageError when this installation lacks
    what it needs."""
    draft = get_draft(connection, organization, slug)
    if draft is None:
        raise unknown_workflow(slug)
    check_revision(draft, if_revision)
    bundle = compile_bundle(connection, organization, draft.document, node_types)
    require_numbers(bundle.flow)
    if safe is not None and (problems := refused_hosts(connection, organization, bundle.flow, node_types, safe)):
        raise FlowProblems(problems)
    return draft, bundle


class Publishing(NamedTuple):
    """What a publication did; `moving` is the one whose sessions move now, None without a plan."""

    publication: Publication
    moving: int | None


def publish_draft(
    connection: Connection, caller: Principal, compiled: Draft, bundle: Bundle, message: str, token: str | None = None
) -> Publishing:
    """Store the compiled draft as the active version; the sessions of the plan with this `token` are moved from now on.

    RejectedInbound `draft.changed` when it was edited meanwhile; `plan.stale` or `plan.unknown`; FlowProblems for
    credentials that it may not use.
    """
    slug, flow = compiled.slug, bundle.flow
    draft = get_draft(connection, caller.organization, slug, lock=True)
    if draft is None:
        raise unknown_workflow(slug)
    check_revision(draft, compiled.revision)
    check_no_canary(connection, draft.workflow, slug)
    check_credentials(connection, caller.organization, bundle.documents)
    plan = None if token is None else _plan(connection, caller.organization, draft, flow.digest, token)
    publication = publish_version(
        *(connection, slug, flow.name, flow.digest, bundle.documents),
        restores=True,
        author=caller.actor,
        message=message or None,
    )
    if plan is not None:
        publications.begin_publication(connection, plan, publication.flow.version)
    if draft.status == "draft":
        set_status(connection, slug, "active")
    record_change(
        connection,
        caller,
        "workflow.published",
        f"workflow:{slug}",
        before={"version": publication.before},
        after={"version": publication.active, "message": message} | ({} if plan is None else {"publication": plan.id}),
    )
    return Publishing(publication, None if plan is None else plan.id)


def digest_of(token: str) -> bytes:
    """Return what is stored of a plan's token."""
    return hashlib.sha256(token.encode()).digest()


def plan_by_token(connection: Connection, organization: int, slug: str, token: str) -> PublicationRecord:
    """Return the plan of a token, locked; RejectedInbound `plan.unknown`."""
    plan = publications.find_plan(connection, organization, slug, digest_of(token))
    if plan is None:
        raise refused_plan("is unknown, was published, or has expired", "plan.unknown", 404)
    return plan


def _plan(connection: Connection, organization: int, draft: Draft, digest: str, token: str) -> PublicationRecord:
    """Return the plan of a token; RejectedInbound unless it is the plan of this draft over the active version."""
    plan = plan_by_token(connection, organization, draft.slug, token)
    active = versions.active_version(connection, draft.workflow)
    now = (draft.revision, None if active is None else active.id, digest)
    if now != (plan.facts.revision, plan.facts.active, plan.facts.digest):
        raise refused_plan("is for another draft or another active version than those of now", "plan.stale", 412)
    return plan


def refused_plan(why: str, code: str, status: int) -> RejectedInbound:
    return RejectedInbound(f"this plan {why}", code=code, hint="plan again, and look at what it says", status=status)
