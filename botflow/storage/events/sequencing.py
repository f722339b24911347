"""Makes events of the notes, and numbers them: one transaction at a time in the whole deployment.

Ids that a database hands out say nothing of the order in which transactions commit: a reader who remembers the last id
that it saw misses the rows of a slow transaction with smaller ones. Here the numbers are given by a single writer, to
notes that are committed, so a row that is committed later gets a larger number, and a number says all that was read.
The notes of one session keep their order: a turn begins after the one before it has committed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, case, delete, func, insert, select, text, update

from botflow.storage.engines.dialects import is_postgres, now
from botflow.storage.events.facts import Note, told_by
from botflow.storage.events.projection import Told
from botflow.storage.tables import event_consumers, event_feeds, event_sources, events

LOCK = 0x6E756D626572  # "number": the advisory lock of the transaction that numbers
AT_ONCE = 200


def number_events(connection: Connection) -> bool:
    """Make events of the oldest notes; True if there may be more. False while another process is at it."""
    if is_postgres(connection):
        is_ours = connection.execute(text("SELECT pg_try_advisory_xact_lock(:lock)"), {"lock": LOCK}).scalar()
        if not is_ours:
            return False
    notes = _oldest_notes(connection)
    told = told_by(connection, notes)
    for organization in sorted({note.organization for note in notes}):
        _add(connection, organization, [note for note in notes if note.organization == organization], told)
    connection.execute(delete(event_sources).where(event_sources.c.id.in_([note.id for note in notes])))
    return len(notes) == AT_ONCE


def _oldest_notes(connection: Connection) -> list[Note]:
    found = connection.execute(select(event_sources).order_by(event_sources.c.id).limit(AT_ONCE))
    return [
        Note(
            id=row.id,
            organization=row.organization_id,
            at=row.at,
            source=row.source,
            session=row.session_id,
            refers=row.refers,
        )
        for row in found
    ]


def _add(connection: Connection, organization: int, notes: list[Note], told: Mapping[int, Sequence[Told]]) -> None:
    rows = [
        {"organization_id": organization, "at": note.at, "type": kind, "data": data}
        for note in notes
        for kind, data in told.get(note.id, ())
    ]
    if not rows:
        return
    counted = (
        update(event_feeds)
        .where(event_feeds.c.organization_id == organization)
        .values(last_number=event_feeds.c.last_number + len(rows))
        .returning(event_feeds.c.last_number)
    )
    last = connection.execute(counted).scalar()
    if last is None:
        return  # the feed has ended since
    first = last - len(rows) + 1
    connection.execute(insert(events), [{**row, "number": number} for number, row in enumerate(rows, start=first)])
    is_enabled = event_consumers.c.is_enabled
    due = case((is_enabled, func.coalesce(event_consumers.c.due_at, now())))
    mine = update(event_consumers).where(event_consumers.c.organization_id == organization)
    connection.execute(mine.values(latest=last, due_at=due))
