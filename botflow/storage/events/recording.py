"""Recording: while an organization has a feed, triggers of the database note which of its rows are news.

A turn's own statements know nothing of events, so a deployment without a feed pays nothing for them: then there are no
triggers. With one, a row that is news and its note are one transaction, whichever process or release writes it, so no
crash can lose one. A note only refers to the row; `sequencing.py` makes the events.

Triggers come with the first feed and go with the last. Both happen under one lock and look at the feeds first: a feed
is stored before its triggers are made, so none is ever dropped beneath it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, select, text

from botflow.storage.engines.dialects import is_postgres
from botflow.storage.tables import event_feeds

LOCK = 0x6576656E7473  # "events": the advisory lock of the transaction that makes or drops a trigger
# Turns wait behind a trigger that waits for a table: it gives up, and is tried again.
LOCK_TIMEOUT = "500ms"
CHANGES = ("workflow.published", "workflow.rolled_back", "workflow.status")
SEPARATOR = "|"  # between the parts of a key; the last part may hold it
CONSENT = ("opt_out", "opt_in")
_OF_SESSION = (
    "(SELECT w.organization_id FROM sessions s JOIN workflows w ON w.id = s.workflow_id WHERE s.id = NEW.session_id)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A table whose rows can be news: after which change, under which condition, and what the note says of them."""

    name: str
    table: str
    change: str
    condition: str
    at: str
    refers: str
    organization: str = _OF_SESSION
    session: str = "NEW.session_id"

    @property
    def trigger(self) -> str:
        return f"botflow_event_{self.name}"

    @property
    def note(self) -> str:
        """Return the statement that writes the note."""
        return f"""
        INSERT INTO event_sources (organization_id, at, source, session_id, refers)
        SELECT f.organization_id, {self.at}, '{self.name}', {self.session}, CAST({self.refers} AS TEXT)
        FROM event_feeds f WHERE f.organization_id = {self.organization}"""


SOURCES = (
    Source(name="turn", table="turns", change="INSERT", condition="true", at="NEW.at", refers="NEW.seq"),
    Source(
        name="queued",
        table="executions",
        change="INSERT",
        condition="NEW.status = 'pending'",
        at="NEW.started_at",
        refers="NEW.id",
    ),
    Source(
        name="message",
        table="outbounds",
        change="UPDATE OF state",
        condition="NEW.state = 'failed' AND OLD.state <> 'failed'",
        at="coalesce(NEW.updated_at, NEW.created_at)",
        refers="""NEW.version || '.' || NEW."index" """,
    ),
    Source(
        name="consent",
        table="decisions",
        change="INSERT",
        condition=f"NEW.kind IN {CONSENT}",
        at="NEW.at",
        refers="NEW.id",
        organization="NEW.organization_id",
    ),
    Source(
        name="campaign",
        table="campaign_starts",
        change="UPDATE OF outcome",
        condition="NEW.outcome <> OLD.outcome",
        at="NEW.decided_at",
        refers=f"""NEW.workflow_id || '{SEPARATOR}' || NEW.person_id || '{SEPARATOR}' || NEW.occasion
          || '{SEPARATOR}' || NEW.node """,
        organization="NEW.organization_id",
        session="NULL",
    ),
    Source(
        name="feedback",
        table="feedback",
        change="INSERT",
        condition="true",
        at="NEW.updated_at",
        refers="""NEW.version || '.' || NEW."index" """,
        organization="NEW.organization_id",
    ),
    Source(
        name="feedback_changed",
        table="feedback",
        change="UPDATE OF updated_at",
        condition="NEW.updated_at <> OLD.updated_at",
        at="NEW.updated_at",
        refers="""NEW.version || '.' || NEW."index" """,
        organization="NEW.organization_id",
    ),
    Source(
        name="change",
        table="audit_log",
        change="INSERT",
        condition=f"NEW.action IN {CHANGES}",
        at="NEW.at",
        refers="NEW.id",
        organization="NEW.organization_id",
        session="NULL",
    ),
)


def missing_sources(connection: Connection) -> list[Source]:
    """Return the sources whose trigger is not there."""
    if is_postgres(connection):
        known = text(
            "SELECT t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
            " WHERE t.tgname LIKE 'botflow\\_event\\_%' AND pg_table_is_visible(c.oid)"
        )
    else:
        known = text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'botflow_event_%'")
    there = set(connection.execute(known).scalars())
    return [source for source in SOURCES if source.trigger not in there]


def begin_recording(connection: Connection, source: Source) -> None:
    """Make the source's trigger, in a transaction of its own: one for all tables could deadlock with a turn."""
    _lock(connection)
    if source in missing_sources(connection):
        for statement in _creation(source, is_postgres(connection)):
            connection.execute(text(statement))


def end_recording(connection: Connection, source: Source) -> bool:
    """Drop the source's trigger unless there is a feed; in a transaction of its own."""
    _lock(connection)
    if connection.execute(select(event_feeds.c.organization_id).limit(1)).first() is not None:
        return False
    on_table = f" ON {source.table}" if is_postgres(connection) else ""
    connection.execute(text(f"DROP TRIGGER IF EXISTS {source.trigger}{on_table}"))
    return True


def _lock(connection: Connection) -> None:
    if is_postgres(connection):
        connection.execute(text(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'"))
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})


def _creation(source: Source, on_postgres: bool) -> Iterable[str]:
    made = f"CREATE TRIGGER {source.trigger} AFTER {source.change} ON {source.table} FOR EACH ROW"
    if not on_postgres:
        yield f"{made} WHEN {source.condition} BEGIN {source.note}; END"
        return
    yield f"""
    CREATE OR REPLACE FUNCTION {source.trigger}() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN {source.note}; RETURN NULL; END $$"""
    yield f"{made} WHEN ({source.condition}) EXECUTE FUNCTION {source.trigger}()"
