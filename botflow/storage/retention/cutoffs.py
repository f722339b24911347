"""Before which moments what is over is deleted: by what the organization has decided, else by the deployment's age."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from botflow.records.retention import MOST_DAYS, Retention


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What the deployment decides: the age for organizations that have decided nothing, None to keep all of theirs; and
    the most days that an organization may choose for conversations, runs and files."""

    older_than: timedelta | None = None
    longest_days: int = MOST_DAYS

    def cutoffs(self, retention: Retention, now: datetime) -> Cutoffs:
        """Return the moments for an organization. The deployment's bound also holds for what was decided before it."""

        def before(days: int | None, default: timedelta | None, most: int = MOST_DAYS) -> datetime | None:
            age = timedelta(days=min(days, most)) if days is not None else default
            return now - age if age is not None else None

        conversations = before(retention.conversation_days, self.older_than, self.longest_days)
        files = before(retention.file_days, None, self.longest_days)
        return Cutoffs(
            conversations=conversations,
            runs=before(retention.run_days, self.older_than, self.longest_days),
            # A file goes with its message at the latest.
            files=max((moment for moment in (files, conversations) if moment is not None), default=None),
            decisions=before(retention.decision_days, None),
            audit_log=before(retention.audit_log_days, None),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Cutoffs:
    """What was over before these moments is deleted; None keeps all."""

    conversations: datetime | None
    runs: datetime | None
    files: datetime | None
    decisions: datetime | None
    audit_log: datetime | None
