"""The tables, a module for each subject."""

from botflow.storage.tables.files import file_pieces, files
from botflow.storage.tables.people import contacts, decisions, senders, spending
from botflow.storage.tables.runs import artifacts, checkpoints, effects, executions, schedule_states, schedules
from botflow.storage.tables.schema import metadata
from botflow.storage.tables.service import (
    UNFINISHED,
    api_keys,
    audit_log,
    credentials,
    drafts,
    idempotent_requests,
    publication_sessions,
    publications,
    sign_ins,
    token_keys,
    users,
)
from botflow.storage.tables.turns import (
    CLAIMABLE,
    UNSETTLED,
    UNSETTLED_STATES,
    answers,
    inbounds,
    outbounds,
    processes,
    sessions,
    turns,
)
from botflow.storage.tables.workflows import organizations, workflow_versions, workflows

__all__ = [
    "CLAIMABLE",
    "UNFINISHED",
    "UNSETTLED",
    "UNSETTLED_STATES",
    "answers",
    "api_keys",
    "artifacts",
    "audit_log",
    "checkpoints",
    "contacts",
    "credentials",
    "decisions",
    "drafts",
    "effects",
    "executions",
    "file_pieces",
    "files",
    "idempotent_requests",
    "inbounds",
    "metadata",
    "organizations",
    "outbounds",
    "processes",
    "publication_sessions",
    "publications",
    "schedule_states",
    "schedules",
    "senders",
    "sessions",
    "sign_ins",
    "spending",
    "token_keys",
    "turns",
    "users",
    "workflow_versions",
    "workflows",
]
