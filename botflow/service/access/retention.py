"""Retention: how long the caller's organization keeps what is over. `botflow db prune` obeys it."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field
from sqlalchemy import Connection

from botflow.errors import RejectedInbound
from botflow.records import retention as bounds
from botflow.records.access import Principal
from botflow.records.retention import Retention as StoredRetention
from botflow.service.models import Body, Shown
from botflow.service.refusals import check_unchanged
from botflow.storage.organizations import get_organization
from botflow.storage.retention.retentions import RetentionRow, get_retention, put_retention
from botflow.storage.service.audit_log import record_change

if TYPE_CHECKING:
    from botflow.runtime.app import Runtime

LONG_KINDS = ("conversation_days", "run_days", "file_days")  # that BOTFLOW_LONGEST_RETENTION_DAYS bounds


def _days(least: int, most: int = bounds.MOST_DAYS) -> Any:
    return Field(default=None, ge=least, le=most)


class NewRetention(Body):
    """After how many days what is over is deleted. What is null or left out is as the deployment keeps it."""

    example = '{"conversationDays": 90, "runDays": 30, "fileDays": 30}'

    conversation_days: Annotated[int | None, _days(bounds.LEAST_DAYS)]
    run_days: Annotated[int | None, _days(bounds.LEAST_DAYS)]
    file_days: Annotated[int | None, _days(bounds.LEAST_FILE_DAYS)]
    event_days: Annotated[int | None, _days(bounds.LEAST_EVENT_DAYS, bounds.MOST_EVENT_DAYS)]
    decision_days: Annotated[int | None, _days(bounds.LEAST_DECISION_DAYS)]
    audit_log_days: Annotated[int | None, _days(bounds.LEAST_AUDIT_LOG_DAYS)]


class Retention(Shown):
    """After how many days what is over is deleted, null as the deployment keeps it. `longestDays` is the most that the
    deployment allows for conversations, runs and files. `revision` is 0 until the first decision."""

    conversation_days: int | None
    run_days: int | None
    file_days: int | None
    event_days: int | None
    decision_days: int | None
    audit_log_days: int | None
    longest_days: int
    revision: int
    updated_by: str | None
    updated_at: datetime | None


class RetentionOfOrganization:
    """How long the caller's organization keeps what is over."""

    def __init__(self, runtime: Runtime, caller: Principal) -> None:
        self._engine = runtime.database.within(caller.organization)
        self._longest_days = runtime.settings.botflow_longest_retention_days
        self._caller = caller

    async def get_retention(self) -> Retention:
        """Return what was decided."""
        return await self._engine.read(read_retention, self._caller, self._longest_days)

    async def set_retention(self, new: NewRetention, *, if_revision: int | None = None) -> Retention:
        """Decide it anew, all of it; see `set_retention`."""
        return await self._engine.write(set_retention, self._caller, new, self._longest_days, if_revision)


def read_retention(connection: Connection, who: Principal, longest_days: int) -> Retention:
    """Return what the organization has decided."""
    return _shown(get_retention(connection, who.organization), longest_days)


def set_retention(
    connection: Connection, who: Principal, new: NewRetention, longest_days: int, if_revision: int | None = None
) -> Retention:
    """Decide all of it anew. When this has returned, nothing is deleted any more by what was decided before.

    RejectedInbound `retention.changed` (412), `retention.too_long`, `retention.files_outlive` (422).
    """
    decided = StoredRetention(**new.model_dump(by_alias=False))
    _check(decided, longest_days)
    before = get_retention(connection, who.organization, lock=True)
    check_unchanged(before.revision, if_revision, "retention.changed", by=before.updated_by)
    if decided == before.retention:
        return _shown(before, longest_days)
    row = put_retention(connection, who.organization, decided, revision=before.revision + 1, updated_by=who.actor)
    subject = f"organization:{get_organization(connection, who.organization).slug}"
    logged = {"before": _logged(before.retention), "after": _logged(decided)}
    record_change(connection, who, "organization.retention_changed", subject, **logged)
    return _shown(row, longest_days)


def _check(decided: StoredRetention, longest_days: int) -> None:
    for name in LONG_KINDS:
        days = getattr(decided, name)
        if days is not None and days > longest_days:
            raise RejectedInbound(
                f"{_on_wire(name)} is {days:,}, more than the {longest_days:,} days that this deployment allows",
                code="retention.too_long",
                hint="choose fewer days, or ask the deployment's operator for a larger BOTFLOW_LONGEST_RETENTION_DAYS",
                status=422,
            )
    conversations, files = decided.conversation_days, decided.file_days
    if conversations is not None and files is not None and files > conversations:
        raise RejectedInbound(
            f"fileDays is {files:,}, but a file goes with its message after {conversations:,} days at the latest",
            code="retention.files_outlive",
            hint="give fileDays at most as many days as conversationDays, or leave it out",
            status=422,
        )


def _logged(decided: StoredRetention) -> dict[str, int | None]:
    return {_on_wire(name): days for name, days in asdict(decided).items()}


def _on_wire(name: str) -> str:
    return Retention.model_fields[name].alias or name


def _shown(row: RetentionRow, longest_days: int) -> Retention:
    return Retention(
        **asdict(row.retention),
        longest_days=longest_days,
        revision=row.revision,
        updated_by=row.updated_by,
        updated_at=row.updated_at,
    )
