"""What is written when a canary begins, changes and ends: each function is one transaction. Also for the command line,
which has a connection and no runtime."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from botflow.errors import RejectedInbound
from botflow.records.access import Principal
from botflow.records.canaries import CanaryEnd, CanaryRecord
from botflow.records.publications import PublicationRecord
from botflow.service.credentials.credential_uses import check_credentials
from botflow.service.refusals import check_no_canary, check_revision, check_unchanged, unknown_version, unknown_workflow
from botflow.service.workflows.bundles import Bundle
from botflow.service.workflows.publishing import plan_by_token, refused_plan
from botflow.storage.service.audit_log import record_change
from botflow.storage.service.workflows import canaries, publications, versions
from botflow.storage.service.workflows.drafts import Draft, get_draft
from botflow.storage.workflow_versions import activate_version, store_version


def try_draft(
    connection: Connection, caller: Principal, compiled: Draft, bundle: Bundle, percent: int, message: str = ""
) -> CanaryRecord:
    """Store the compiled draft as a version, and let a share of the new executions begin there.

    RejectedInbound `draft.changed` (412), `canary.running`, `canary.same_version`, `workflow.not_published` (409);
    FlowProblems for credentials that it may not use.
    """
    draft = _locked(connection, caller, compiled.slug)
    check_revision(draft, compiled.revision)
    check_credentials(connection, caller.organization, bundle.documents)
    version = store_version(
        *(connection, draft.workflow, bundle.flow.digest, bundle.documents),
        author=caller.actor,
        message=message or None,
    )
    return _begin(connection, caller, draft, version, percent)


def try_version(connection: Connection, caller: Principal, slug: str, number: int, percent: int) -> CanaryRecord:
    """Let a share of the new executions begin in a stored version. Refusals are those of `try_draft`, and
    `version.unknown` (404)."""
    draft = _locked(connection, caller, slug)
    found = versions.get_version(connection, caller.organization, slug, number)
    if found is None:
        raise unknown_version(slug, number)
    check_credentials(connection, caller.organization, found[1])
    ids = {number: id for id, number in versions.version_numbers(connection, draft.workflow).items()}
    return _begin(connection, caller, draft, ids[number], percent)


def weigh(
    connection: Connection, caller: Principal, slug: str, id: int, percent: int, if_revision: int | None = None
) -> CanaryRecord:
    """Give a running canary another share. RejectedInbound `canary.unknown` (404), `canary.ended` (409),
    `canary.changed` (412)."""
    _locked(connection, caller, slug)
    canary = _running(connection, caller, slug, id, if_revision)
    canaries.set_percent(connection, id, percent)
    _record(
        connection, caller, slug, "workflow.canary_weighted", canary, {"percent": canary.percent}, {"percent": percent}
    )
    return _read(connection, caller, slug, id)


def end(
    connection: Connection,
    caller: Principal,
    slug: str,
    id: int,
    how: CanaryEnd,
    token: str | None = None,
    if_revision: int | None = None,
) -> CanaryRecord:
    """End a canary: its version becomes the active one, or gets no new executions any more. The plan of the token moves
    sessions from now on; without one they stay. RejectedInbound as `weigh`, and `plan.unknown`, `plan.stale`."""
    draft = _locked(connection, caller, slug)
    canary = _running(connection, caller, slug, id, if_revision)
    active = versions.active_version(connection, draft.workflow)
    assert active is not None, "a canary runs beside it"
    plan = None if token is None else _plan(connection, caller, slug, canary, how, active.id, token)
    is_promoted = how == "promote"
    canaries.end_canary(connection, id, "promoted" if is_promoted else "aborted", None if plan is None else plan.id)
    if is_promoted:
        check_credentials(connection, caller.organization, versions.documents_of(connection, canary.version))
        activate_version(connection, slug, canary.number)
    if plan is not None:
        publications.begin_publication(connection, plan, canary.version if is_promoted else active.id)
    _record(
        *(connection, caller, slug, "workflow.canary_promoted" if is_promoted else "workflow.canary_aborted", canary),
        {"version": active.number, "percent": canary.percent},
        {"version": canary.number if is_promoted else active.number}
        | ({} if plan is None else {"publication": plan.id}),
    )
    return _read(connection, caller, slug, id)


def _locked(connection: Connection, caller: Principal, slug: str) -> Draft:
    """Lock the workflow: its publications and canaries come one after the other."""
    draft = get_draft(connection, caller.organization, slug, lock=True)
    if draft is None:
        raise unknown_workflow(slug)
    return draft


def _begin(connection: Connection, caller: Principal, draft: Draft, version: int, percent: int) -> CanaryRecord:
    check_no_canary(connection, draft.workflow, draft.slug)
    active = versions.active_version(connection, draft.workflow)
    if active is None:
        raise _refused(
            f"{draft.slug!r} has never been published: there is nothing to compare with",
            "workflow.not_published",
            f"publish its draft with POST /api/v1/workflows/{draft.slug}/publish",
        )
    if active.id == version:
        raise _refused(
            f"version {active.number} of {draft.slug!r} is the active one",
            "canary.same_version",
            "edit the draft, or name another version",
        )
    canary = canaries.begin_canary(connection, draft.workflow, version, active.id, percent, caller.actor)
    after = {"version": canary.number, "percent": percent}
    _record(connection, caller, draft.slug, "workflow.canary_begun", canary, {"version": active.number}, after)
    return canary


def read_canary(connection: Connection, organization: int, slug: str, id: int) -> CanaryRecord:
    """RejectedInbound `canary.unknown` (404)."""
    canary = canaries.get_canary(connection, organization, slug, id)
    if canary is None:
        raise unknown_canary(slug, str(id))
    return canary


def unknown_canary(slug: str, written: str) -> RejectedInbound:
    """Return the refusal of what is no canary of the workflow."""
    return RejectedInbound(
        f"the workflow {slug[:64]!r} has no canary {written[:40]}",
        code="canary.unknown",
        hint=f"list them with GET /api/v1/workflows/{slug[:64]}/canaries",
        status=404,
    )


def check_running(canary: CanaryRecord, if_revision: int | None = None) -> None:
    """RejectedInbound `canary.ended` (409), or `canary.changed` (412) when it is not at this revision any more."""
    if canary.state != "running":
        raise _refused(f"canary {canary.id} was {canary.state}", "canary.ended", "begin another one")
    check_unchanged(canary.revision, if_revision, "canary.changed")


def _read(connection: Connection, caller: Principal, slug: str, id: int) -> CanaryRecord:
    return read_canary(connection, caller.organization, slug, id)


def _running(connection: Connection, caller: Principal, slug: str, id: int, if_revision: int | None) -> CanaryRecord:
    canary = _read(connection, caller, slug, id)
    check_running(canary, if_revision)
    return canary


def _plan(
    connection: Connection,
    caller: Principal,
    slug: str,
    canary: CanaryRecord,
    how: CanaryEnd,
    active: int,
    token: str,
) -> PublicationRecord:
    """Return the plan of a token; RejectedInbound unless it is for this end of this canary."""
    plan = plan_by_token(connection, caller.organization, slug, token)
    only_from = None if how == "promote" else canary.version
    if (plan.facts.canary, plan.facts.only_from, plan.facts.active) != (canary.id, only_from, active):
        raise refused_plan(f"is not for this canary, or not to {how} it", "plan.stale", 412)
    return plan


def _record(
    connection: Connection,
    caller: Principal,
    slug: str,
    action: Any,
    canary: CanaryRecord,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
) -> None:
    record_change(
        connection, caller, action, f"workflow:{slug}", before=dict(before), after={"canary": canary.id, **after}
    )


def _refused(why: str, code: str, hint: str) -> RejectedInbound:
    return RejectedInbound(why, code=code, hint=hint, status=409)
