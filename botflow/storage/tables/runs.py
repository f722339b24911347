"""Executions and what belongs to them: effects, checkpoints, forks, artifacts and schedules."""

from __future__ import annotations

from sqlalchemy import (
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    Uuid,
    text,
)

from botflow.storage.engines.column_types import BigId, Json, UtcTime
from botflow.storage.tables.schema import metadata

# The execution of a conversation, or of a run (channel `run`): only a run has a `trigger`, and its `session_id` is
# unique. Cost and duration are computed from answers and turns. `variables` are those at the end.
executions = Table(
    "executions",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("session_id", BigId, nullable=False),
    Column("started_at", UtcTime, nullable=False),
    Column("ended_at", UtcTime),
    Column("flow_version", Integer, nullable=False),
    Column("status", Text, nullable=False),  # pending, running, waiting, paused, completed, failed, cancelled
    Column("error", Json),
    Column("trigger", Text),  # what began a run: api, event, schedule, webhook, manual, child, fork, ended
    Column("began", Text),  # what began a conversation's: api, missed_call, campaign, opened; NULL for a message
    Column("priority", SmallInteger),
    Column("retries", SmallInteger),
    Column("user_name", Text),
    Column("input", Json),
    Column("output", Json),
    Column("metadata", Json),
    Column("variables", Json),
    Column("progress", Json),
    Column("parent_session", BigId),
    Column("parent_token", Text),
    Column("parent_branch", Text),
)
Index(
    "executions_parent_session_idx",
    executions.c.parent_session,
    postgresql_where=text("parent_session IS NOT NULL"),
    sqlite_where=text("parent_session IS NOT NULL"),
)
# For runs only: a conversation's turn writes no row here.
Index(
    "executions_run_idx",
    executions.c.session_id,
    postgresql_where=text('"trigger" IS NOT NULL'),
    sqlite_where=text('"trigger" IS NOT NULL'),
)

# The filters of the list, in its order; each is written when an execution begins and when it ends.
Index("executions_started_at_idx", executions.c.started_at, executions.c.id)
Index("executions_session_id_idx", executions.c.session_id, executions.c.started_at, executions.c.id)
Index(
    "executions_flow_version_idx",
    executions.c.flow_version,
    executions.c.status,
    executions.c.started_at,
    executions.c.id,
)

# What follows a commit besides messages: a child to start, a parent to tell, an event to emit. The row is deleted when
# the effect is carried out, and all rows it writes have natural keys, so carrying it out twice changes nothing.
effects = Table(
    "effects",
    metadata,
    Column("session_id", BigId, nullable=False),
    Column("version", Integer, nullable=False),
    Column("index", SmallInteger, nullable=False),
    Column("kind", Text, nullable=False),
    Column("body", Json, nullable=False),
    Column("attempts", SmallInteger, nullable=False),
    Column("due_at", UtcTime, nullable=False),
    PrimaryKeyConstraint("session_id", "version", "index"),
)
Index("effects_due_at_idx", effects.c.due_at)

# Where a run may be retried from: the session's state before `node`.
checkpoints = Table(
    "checkpoints",
    metadata,
    Column("session_id", BigId, nullable=False),
    Column("version", Integer, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("node", Text, nullable=False),
    Column("flow_version", Integer, nullable=False),
    Column("state", Json, nullable=False),
    PrimaryKeyConstraint("session_id", "version"),
)

# A fork: from before which step of which execution it begins. `step` is the step's number. `policy` says of its asks
# which it may ask anew, and of a conversation's which inbound it hears again. No turn writes these two tables.
forks = Table(
    "forks",
    metadata,
    Column("session_id", BigId, primary_key=True),
    Column("from_execution", Uuid, nullable=False),
    Column("from_session", BigId, nullable=False),
    Column("step", Integer, nullable=False),
    Column("policy", Json, nullable=False),
)
Index("forks_from_session_idx", forks.c.from_session)

# Where the original's answers after the step are, for the fork and the runs that it starts, in their order: `branch` is
# the path of the run that asked, "" for the execution itself, and (`from_session`, `from_seq`, `from_index`) the key in
# `answers`. The `used_by` columns are the key of the answer of the fork that it has become.
recorded_answers = Table(
    "recorded_answers",
    metadata,
    Column("session_id", BigId, ForeignKey("forks.session_id", ondelete="CASCADE"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("branch", Text, nullable=False),
    Column("node", Text, nullable=False),
    Column("question", Text, nullable=False),
    Column("from_session", BigId, nullable=False),
    Column("from_seq", Integer, nullable=False),
    Column("from_index", Integer, nullable=False),
    Column("used_by_session", BigId),
    Column("used_by_seq", Integer),
    Column("used_by_index", Integer),
    PrimaryKeyConstraint("session_id", "position"),
)
Index(
    "recorded_answers_question_idx",
    recorded_answers.c.session_id,
    recorded_answers.c.node,
    recorded_answers.c.question,
    recorded_answers.c.position,
)

artifacts = Table(
    "artifacts",
    metadata,
    Column("execution_id", Uuid, nullable=False),
    Column("key", Text, nullable=False),
    Column("kind", Text, nullable=False),  # output, artifact, metadata, value
    Column("content_type", Text, nullable=False),
    Column("size", Integer, nullable=False),  # bytes
    Column("created_at", UtcTime, nullable=False),
    Column("content", LargeBinary, nullable=False),
    PrimaryKeyConstraint("execution_id", "key"),
)

# One row per schedule trigger of a workflow's active version; `next_at` is NULL while it does not run.
schedules = Table(
    "schedules",
    metadata,
    Column("workflow_id", BigId, nullable=False),
    Column("node", Text, nullable=False),
    Column("cron", Text, nullable=False),
    Column("zone", Text, nullable=False),
    Column("missed", Text, nullable=False),  # skip, once, all
    Column("next_at", UtcTime),
    Column("last_at", UtcTime),
    PrimaryKeyConstraint("workflow_id", "node"),
)
Index("schedules_next_at_idx", schedules.c.next_at)

# What is known of a schedule beside its workflow's document. It stays when the workflow is taken out of service, and
# when a new version is published. `last_at` is the moment that the last run was started for.
schedule_states = Table(
    "schedule_states",
    metadata,
    Column("workflow_id", BigId, nullable=False),
    Column("node", Text, nullable=False),
    Column("paused_at", UtcTime),
    Column("paused_by", Text),
    Column("last_at", UtcTime),
    Column("last_execution", Uuid),
    PrimaryKeyConstraint("workflow_id", "node"),
)
