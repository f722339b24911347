"""How long an organization's rows are kept."""

from __future__ import annotations

from dataclasses import dataclass

LEAST_DAYS = 7  # providers repeat messages and report deliveries for days
LEAST_FILE_DAYS = 1
LEAST_EVENT_DAYS = 2  # a webhook that fails is tried for about a day
MOST_EVENT_DAYS = 7  # then events are forgotten for every organization
LEAST_DECISION_DAYS = 90  # people complain of a message that came, or did not come, weeks later
LEAST_AUDIT_LOG_DAYS = 365  # PCI DSS 4.0, 10.5.1, and what auditors of ISO 27001 and SOC 2 ask for
MOST_DAYS = 3_650


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """After how many days what is over is deleted; None where the organization leaves it to the deployment."""

    conversation_days: int | None = None
    run_days: int | None = None
    file_days: int | None = None
    event_days: int | None = None
    decision_days: int | None = None
    audit_log_days: int | None = None
