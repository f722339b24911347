"""Refusals that many calls share: a workflow that is not there, a draft that was edited meanwhile."""

from __future__ import annotations

from sqlalchemy import Connection

from botflow.errors import RejectedInbound
from botflow.storage.service.workflows.canaries import running_canary
from botflow.storage.service.workflows.drafts import Draft


def unknown_workflow(workflow: str) -> RejectedInbound:
    """Return the refusal of an id that no workflow of the caller's organization has."""
    return RejectedInbound(
        f"there is no workflow {workflow[:64]!r}",
        code="workflow.unknown",
        hint="list them with GET /api/v1/workflows",
        status=404,
    )


def slug_in(workflow: str) -> str:
    """Return a workflow's id from an address, if a database takes it."""
    if not workflow.isprintable():
        raise unknown_workflow(workflow)
    return workflow


def unknown_version(workflow: str, version: int) -> RejectedInbound:
    """Return the refusal of a number that no version of the workflow has."""
    return RejectedInbound(
        f"the workflow {workflow[:64]!r} has no version {version}",
        code="version.unknown",
        hint=f"list them with GET /api/v1/workflows/{workflow[:64]}/versions",
        status=404,
    )


def check_revision(draft: Draft, if_revision: int | None) -> None:
    """RejectedInbound `draft.changed` (412) when the draft is not at this revision any more."""
    check_unchanged(draft.revision, if_revision, "draft.changed", by=draft.updated_by)


def check_unchanged(now: int, expected: int | None, code: str, by: str | None = None) -> None:
    """RejectedInbound with this code (412) when a thing, named by the code's first word, is at another revision than
    the one that its editor saw; None expects none."""
    if expected is None or expected == now:
        return
    noun = code.partition(".")[0]
    raise RejectedInbound(
        f"the {noun} is at revision {now}, and not at {expected}" + (f": {by} has changed it" if by else ""),
        code=code,
        hint="read it again, and make your change to what it is now",
        status=412,
    )


def check_no_canary(connection: Connection, workflow: int, slug: str) -> None:
    """RejectedInbound `canary.running` (409) while a share of the new executions gets another version: what they are
    compared with must not change. The caller has locked the workflow's row."""
    running = running_canary(connection, workflow)
    if running is not None:
        raise RejectedInbound(
            f"version {running.number} of {slug!r} is on trial as canary {running.id}",
            code="canary.running",
            hint=f"end it first: botflow workflows canary {slug} --promote, or --abort; over HTTP"
            f" POST /api/v1/workflows/{slug}/canaries/{running.id}/promote, or .../abort",
            status=409,
        )
