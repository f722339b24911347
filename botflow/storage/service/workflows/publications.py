"""Plans and publications: what was planned, by whom, and how far its sessions have come.

A plan is a row that a token opens once, for a quarter of an hour. Publishing it writes the version, the row's new state
and the list of its sessions in one transaction; moving them follows (`moving_sessions.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Row, Select, delete, func, insert, literal, null, select, text, update

from botflow.engine.inbound import RUN
from botflow.records.publications import PlanFacts, Progress, PublicationRecord
from botflow.storage.engines.dialects import clock_time
from botflow.storage.service.pages import Order
from botflow.storage.tables import sessions, workflow_versions, workflows
from botflow.storage.tables.service import UNFINISHED, publication_sessions, publications

KEPT_FOR = timedelta(minutes=15)  # a plan that is not published
LONGEST = timedelta(minutes=10)  # that a publication waits for sessions that are busy
_ORDER = Order(columns=(publications.c.id,), descending=True)
_FROM, _TO = workflow_versions.alias("former"), workflow_versions.alias("latter")


def add_plan(connection: Connection, workflow: int, token: bytes, facts: PlanFacts, author: str) -> PublicationRecord:
    """Store a plan under the digest of its token; plans of the workflow that have expired are forgotten."""
    moment = clock_time(connection)
    over = (publications.c.workflow_id == workflow, publications.c.state == "planned")
    connection.execute(delete(publications).where(*over, publications.c.expires_at < moment))
    row = insert(publications).values(
        workflow_id=workflow,
        state="planned",
        token=token,
        plan=facts.to_json(),
        author=author,
        created_at=moment,
        expires_at=moment + KEPT_FOR,
    )
    made = connection.execute(row.returning(publications.c.id)).scalar_one()
    return _record(connection.execute(_publications().where(publications.c.id == made)).one(), moment)


def find_plan(connection: Connection, organization: int, slug: str, token: bytes) -> PublicationRecord | None:
    """Return the plan of this token, locked; None when it is unknown, was published, or has expired."""
    moment = clock_time(connection)
    mine = _publications().where(
        workflows.c.organization_id == organization,
        workflows.c.slug == slug,
        publications.c.token == token,
        publications.c.state == "planned",
        publications.c.expires_at >= moment,
    )
    row = connection.execute(mine.with_for_update(of=publications)).first()
    return _record(row, moment) if row is not None else None


def begin_publication(connection: Connection, plan: PublicationRecord, to_version: int) -> None:
    """Let a plan be the publication of a version that is stored: list its sessions, which are moved from now on."""
    moment = clock_time(connection)
    mine = update(publications).where(publications.c.id == plan.id)
    former, only_from = plan.facts.active, plan.facts.only_from
    began = {"state": "moving", "began_at": moment, "from_version": only_from or former, "to_version": to_version}
    connection.execute(mine.values(**began))
    if not plan.facts.moves.move_something:
        return
    columns = (publication_sessions.c.publication_id, publication_sessions.c.session_id, publication_sessions.c.state)
    listed = select(literal(plan.id), sessions.c.id, literal("waiting")).where(
        sessions.c.workflow_id == plan.workflow,
        # which is NULL without an execution
        sessions.c.flow_version != to_version if only_from is None else sessions.c.flow_version == only_from,
        sessions.c.channel != RUN,
    )
    connection.execute(insert(publication_sessions).from_select([column.name for column in columns], listed))


def begin_return(connection: Connection, publication: int) -> None:
    """Let the moved sessions of a publication return from now on; those that have not moved stay."""
    mine = publications.c.id == publication
    again = {"state": "returning", "began_at": clock_time(connection), "finished_at": null()}
    connection.execute(update(publications).where(mine).values(**again))
    left = (publication_sessions.c.publication_id == publication, publication_sessions.c.state == "waiting")
    connection.execute(update(publication_sessions).where(*left).values(state="stayed"))


def list_publications(
    connection: Connection, organization: int, slug: str, after: Sequence[Any] | None, limit: int
) -> list[PublicationRecord]:
    """Return at most `limit` + 1 publications, the newest first, without plans that were not published."""
    moment = clock_time(connection)
    mine = _publications().where(*_published(organization, slug))
    return [_record(row, moment) for row in connection.execute(_ORDER.page(mine, after, limit))]


def get_publication(
    connection: Connection, organization: int, slug: str, id: int, *, lock: bool = False
) -> PublicationRecord | None:
    """Return a publication; None when there is none. `lock` keeps its work back until the transaction ends."""
    mine = _publications().where(*_published(organization, slug), publications.c.id == id)
    row = connection.execute(mine.with_for_update(of=publications) if lock else mine).first()
    return _record(row, clock_time(connection)) if row is not None else None


def unfinished_publications(connection: Connection) -> list[PublicationRecord]:
    """Return the publications of all organizations that have sessions to move or to return."""
    moment = clock_time(connection)
    rows = connection.execute(_publications().where(text(f"publications.{UNFINISHED}")).order_by(publications.c.id))
    return [_record(row, moment) for row in rows]


def read_progress(connection: Connection, ids: Sequence[int]) -> dict[int, Progress]:
    """Return how far these publications are."""
    columns = (publication_sessions.c.publication_id, publication_sessions.c.state, publication_sessions.c.reason)
    counted = select(*columns, func.count().label("count")).where(publication_sessions.c.publication_id.in_(ids))
    found: dict[int, Progress] = {id: Progress(sessions={}, refused={}) for id in ids}
    for id, state, reason, count in connection.execute(counted.group_by(*columns)):
        sums, reasons = dict(found[id].sessions), dict(found[id].refused)
        sums[state] = sums.get(state, 0) + count
        if state == "refused":
            reasons[reason] = count
        found[id] = Progress(sessions=sums, refused=reasons)
    return found


def _published(organization: int, slug: str) -> tuple[Any, ...]:
    mine = (workflows.c.organization_id == organization, workflows.c.slug == slug)
    return (*mine, publications.c.state != "planned")


def _publications() -> Select[*tuple[Any, ...]]:
    return (
        select(publications, _FROM.c.number.label("from_number"), _TO.c.number.label("to_number"))
        .join(workflows, workflows.c.id == publications.c.workflow_id)
        .outerjoin(_FROM, _FROM.c.id == publications.c.from_version)
        .outerjoin(_TO, _TO.c.id == publications.c.to_version)
    )


def _record(row: Row[Any], moment: Any) -> PublicationRecord:
    return PublicationRecord(
        id=row.id,
        workflow=row.workflow_id,
        state=row.state,
        facts=PlanFacts.from_json(row.plan),
        author=row.author,
        created_at=row.created_at,
        finished_at=row.finished_at,
        from_version=row.from_version,
        to_version=row.to_version,
        from_number=row.from_number,
        to_number=row.to_number,
        is_overdue=row.began_at is not None and row.began_at + LONGEST < moment,
    )
