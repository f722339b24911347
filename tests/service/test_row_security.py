"""Row-level security behind the service (T14): what a statement without its WHERE would see and change of others."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

import psycopg
import pytest
import pytest_asyncio
from psycopg import Error, errors
from sqlalchemy import Connection, Row, Table, delete, event, insert, select, text, update
from sqlalchemy import Engine as SqlEngine
from sqlalchemy.exc import DBAPIError

from botflow.errors import ProviderError
from botflow.records.access import Role
from botflow.storage.engines.engine import Engine
from botflow.storage.engines.row_security import KEPT, SETTING, RowSecurity, role_of
from botflow.storage.events.sequencing import LOCK
from botflow.storage.tables import event_consumers, metadata
from botflow.web.app import OPERATIONS
from tests.postgres_databases import Databases
from tests.runtime.until import until
from tests.web.api import test_organizations_apart
from tests.web.api.calls import organization_key
from tests.web.api.test_organizations_apart import things_of
from tests.web.site import ORDER, Site, open_site

apart = test_organizations_apart.test_no_route_shows_or_changes_another_organizations_things
# Tables that the role may not use at all: they belong to no organization, or are of use to turns alone.
CLOSED = {"processes", "senders", "spending"}
# The server keeps house in these meanwhile, and tries again to deliver what a webhook did not take.
RENEWED = {"event_feeds", "schedules", "campaigns", "event_consumers", "webhook_deliveries"}
# Rows of the tables that `things_of` leaves empty, each below its parent.
MORE_ROWS = """
INSERT INTO contacts VALUES ({organization}, 'sms', '+12125550199', true, NULL, now());
INSERT INTO people (organization_id, created_at, updated_at, revision) VALUES ({organization}, now(), now(), 1);
INSERT INTO person_values SELECT max(id), 'name', {organization}, '"x"', 'x', now() FROM people;
INSERT INTO person_terms SELECT {organization}, 'x', max(id) FROM people;
INSERT INTO contact_groups (organization_id, name, created_at) VALUES ({organization}, 'x', now());
INSERT INTO contact_group_members SELECT (SELECT max(id) FROM contact_groups), max(id) FROM people;
INSERT INTO contact_fields VALUES ({organization}, 'x', '{{"type": "text"}}', '', now());
INSERT INTO decisions (organization_id, at, channel, address, kind, reason)
    VALUES ({organization}, now(), 'sms', '+12125550199', 'opt_out', 'x');
INSERT INTO idempotent_requests (organization_id, key, digest, created_at) VALUES ({organization}, 'x', 'x', now());
INSERT INTO retentions (organization_id, revision, updated_by, updated_at, pruned_at)
    VALUES ({organization}, 1, 'x', now(), now());
INSERT INTO schedule_states (workflow_id, node) VALUES ({workflow}, 'x');
INSERT INTO campaigns VALUES ({workflow}, 'x', '{{}}', now(), now() + interval '1 day', NULL, NULL, 0, NULL, 0);
INSERT INTO campaign_starts VALUES ({workflow}, 'x', 1, 'x', {organization}, now(), now(), 'missed', 'x', NULL);
INSERT INTO schedules VALUES ({workflow}, 'x', '* * * * *', 'UTC', 'skip', NULL, NULL);
INSERT INTO drafts VALUES ({workflow}, '{{}}', 1, 'x', now()) ON CONFLICT DO NOTHING;
INSERT INTO effects VALUES ({session}, 1, 99, 'x', '{{}}', 0, now() + interval '1 day');
INSERT INTO checkpoints VALUES ({session}, 1, now(), 'x', 1, '{{}}');
INSERT INTO answers VALUES ({session}, now(), 1, 0, 1, 'x', '{{}}', '{{}}');
INSERT INTO artifacts SELECT id, 'x', 'artifact', 'x', 1, now(), 'x' FROM executions WHERE session_id = {session};
INSERT INTO files (id, session_id, name, content_type, created_at) VALUES ('f{session}', {session}, 'x', 'x', now());
INSERT INTO file_pieces VALUES ('f{session}', 0, 'x');
INSERT INTO sign_ins SELECT 'd{organization}', min(id), now(), now() FROM users WHERE organization_id = {organization};
INSERT INTO publication_sessions (publication_id, session_id, state)
    SELECT min(id), {session}, 'moved' FROM publications WHERE workflow_id = {workflow} ON CONFLICT DO NOTHING;
INSERT INTO event_feeds VALUES ({organization}, 'x', 0, now() + interval '7 days') ON CONFLICT DO NOTHING;
INSERT INTO event_sources (organization_id, at, source, refers) VALUES ({organization}, now(), 'x', 'x');
INSERT INTO events VALUES ({organization}, 1, now(), 'x', '{{}}') ON CONFLICT DO NOTHING;
INSERT INTO webhooks VALUES ('h{organization}', {organization}, 'x', 'x', '[]', 'x', 1, now(), now());
INSERT INTO event_consumers VALUES ({organization}, 'x', false, 0, 0, 0);
INSERT INTO webhook_deliveries VALUES ('h{organization}', 1, 'x', 'x', 1, NULL, NULL, now());
INSERT INTO forks SELECT {session}, id, {session}, 1, '{{}}' FROM executions WHERE session_id = {session} LIMIT 1;
INSERT INTO handoffs (session_id, version, organization_id, workflow_id, node, queue, priority, note, summary, results,
    requested_at) VALUES ({session}, 1, {organization}, {workflow}, 'x', 'x', 1, 'x', '{{}}', '[]', now());
INSERT INTO feedback SELECT session_id, version, index, {organization}, {workflow}, 'x', 1, 'up', 'x', now(), now()
    FROM outbounds WHERE session_id = {session} LIMIT 1 ON CONFLICT DO NOTHING;
INSERT INTO recorded_answers VALUES ({session}, 0, 'x', 'x', 'x', {session}, 1, 0);
INSERT INTO canaries (workflow_id, state, version_id, base_id, percent, revision, author, created_at)
    VALUES ({workflow}, 'aborted', 1, 1, 5, 1, 'x', now());
INSERT INTO erasures (organization_id, state, stage, person, counts, requested_by, requested_at)
    VALUES ({organization}, 'done', 'done', 'x', '{{}}', 'x', now());
INSERT INTO erased_sessions SELECT min(id), {session}, 'listed', {workflow}, 'sms', 'x' FROM erasures;
INSERT INTO redactions (erasure_id, workflow_id, channel, state, attempts, due_at)
    SELECT min(id), {workflow}, 'sms', 'done', 1, now() FROM erasures;
"""


pytestmark = pytest.mark.xdist_group("row security")
of_the_module = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared(postgres_databases: Databases) -> AsyncIterator[Site]:
    """A site with two organizations, of which the second has a row in each table. No test leaves a change."""
    name = postgres_databases.take()
    url = postgres_databases.url(name)
    async with open_site(url, flows=(ORDER,)) as site:
        await things_of(site, await organization_key(site, "theirs"))
        await organization_key(site, "ours")
        with psycopg.connect(url) as numbering:  # so that the server makes no events of the notes
            numbering.execute("SELECT pg_advisory_lock(%s)", (LOCK,))
            await site.runtime.database.engine.write(_add_rows)
            await until(partial(_is_still, site.runtime.database.engine))
            yield site
    postgres_databases.give_back(name)


async def _is_still(engine: Engine) -> bool:
    """True when what the server does in the background after the changes has ended."""
    before = await all_rows(engine)
    await asyncio.sleep(0.3)
    return await all_rows(engine) == before


def _add_rows(connection: Connection) -> None:
    # A webhook that cannot be reached is tried again after half a minute: not while rows are compared.
    connection.execute(update(event_consumers).values(due_at=None, owner=None, owned_until=None))
    found = connection.execute(
        text(
            "SELECT o.id AS organization, w.id AS workflow, s.id AS session FROM organizations o"
            " JOIN workflows w ON w.organization_id = o.id JOIN sessions s ON s.workflow_id = w.id"
            " WHERE o.slug = 'theirs'"
        )
    ).one()
    for statement in MORE_ROWS.format(**found._mapping).split(";\n"):
        if statement.strip():
            connection.execute(text(statement))


def rows_of(connection: Connection, table: Table) -> Sequence[Row[Any]]:
    return connection.execute(select(table)).all()


async def all_rows(engine: Engine) -> dict[str, Sequence[Row[Any]]]:
    organizations_tables = [table for table in metadata.sorted_tables if table.name not in CLOSED | RENEWED]
    return {table.name: await engine.read(rows_of, table) for table in organizations_tables}


async def within(site: Site, slug: str) -> Engine:
    found: int = await site.runtime.database.engine.read(
        lambda connection: connection.execute(
            text("SELECT id FROM organizations WHERE slug = :slug"), {"slug": slug}
        ).scalar_one()
    )
    return site.runtime.database.within(found)


async def refused_code(engine: Engine, *works: Any) -> str | None:
    """Return the SQLSTATE with which Postgres refuses a transaction."""
    with pytest.raises(ProviderError) as refused:
        await engine.write(*works)
    assert isinstance(refused.value.__cause__, DBAPIError)
    assert isinstance(refused.value.__cause__.orig, Error)
    return refused.value.__cause__.orig.sqlstate


REFUSED = errors.InsufficientPrivilege.sqlstate


@of_the_module
async def test_without_its_where_a_statement_sees_and_changes_no_row_of_others(
    shared: Site, subtests: pytest.Subtests
) -> None:
    assert shared.runtime.database.row_security == RowSecurity(role=role_of("postgres"))
    engine = shared.runtime.database.engine
    theirs, ours = await within(shared, "theirs"), await within(shared, "ours")
    before = await all_rows(engine)
    seen = foreign = 0
    for table in metadata.sorted_tables:
        with subtests.test(table=table.name):
            if table.name in CLOSED:
                assert await refused_code(theirs, rows_of, table) == REFUSED
                continue
            mine, others = await theirs.read(rows_of, table), await ours.read(rows_of, table)
            assert mine, "a table of which nothing is seen proves nothing: give `theirs` a row in it"
            common = [row for row in mine if row in others]
            seen, foreign = seen + len(mine), foreign + len(common)
            assert common == []
            assert await refused_code(ours, insert_again, table, mine[0]) == REFUSED
            for work in (update_all, delete_all):
                if (table.name, work) == (KEPT, delete_all):
                    assert await refused_code(ours, work, table) == REFUSED
                else:
                    assert await changed_rows(ours, work, table) == len(others)
    assert await all_rows(engine) == before
    print(f"{len(metadata.sorted_tables)} tables, {seen} rows of one organization, {foreign} seen by another")


def insert_again(connection: Connection, table: Table, row: Row[Any]) -> None:
    connection.execute(insert(table).values(**row._mapping))


def update_all(connection: Connection, table: Table) -> int:
    column = table.primary_key.columns[0]
    return connection.execute(update(table).values({column: column})).rowcount


def delete_all(connection: Connection, table: Table) -> int:
    return connection.execute(delete(table)).rowcount


class Undone(Exception):
    """Ends a transaction that may change nothing."""


async def changed_rows(engine: Engine, change: Callable[[Connection, Table], int], table: Table) -> int:
    """Return how many rows it would change."""
    counted = []

    def undone(connection: Connection) -> None:
        counted.append(change(connection, table))
        raise Undone

    with pytest.raises(Undone):
        await engine.write(undone)
    return counted[0]


@of_the_module
async def test_a_role_without_an_organization_sees_nothing(shared: Site) -> None:
    role = shared.runtime.database.row_security
    assert role is not None

    def look(connection: Connection, table: Table) -> Sequence[Row[Any]]:
        connection.execute(text(f'SET LOCAL ROLE "{role.role}"'))
        return rows_of(connection, table)

    for table in metadata.sorted_tables:
        if table.name not in CLOSED:
            assert await shared.runtime.database.engine.write(look, table) == []


@of_the_module
async def test_role_and_organization_end_with_the_transaction(shared: Site) -> None:
    """Also on the connections of the pool that the service has used, and after a transaction that failed."""
    engine, ours = shared.runtime.database.engine, await within(shared, "ours")

    def who(connection: Connection) -> tuple[str, str]:
        asked = text(f"SELECT current_user, coalesce(current_setting('{SETTING}', true), '')")
        found = connection.execute(asked).one()
        return found[0], found[1]

    before = await engine.read(who)
    for _ in range(12):  # more than the statements after which the driver prepares one
        assert (await ours.read(who))[0] == role_of("postgres")
        with pytest.raises(Undone):
            await ours.write(_fail)
        assert await engine.read(who) == before == await engine.write(who)


def _fail(connection: Connection) -> None:
    connection.execute(text("SELECT 1"))
    raise Undone


FILTER = re.compile(r"\borganization_id = %\(\w+\)s(::BIGINT)?")


@contextmanager
def without_filters() -> Iterator[Counter[str]]:
    """Take the organization out of each condition of each statement of the service; count the statements, and those in
    which it was."""
    counted: Counter[str] = Counter()

    def cut(
        connection: Connection, cursor: object, statement: str, values: object, context: object, many: bool
    ) -> tuple[str, object]:
        if statement.startswith("BEGIN"):
            connection.info["is_of_the_service"] = True
        if not connection.info.get("is_of_the_service"):
            return statement, values
        without, found = FILTER.subn("organization_id IS NOT NULL", statement)
        counted["statements"] += 1
        counted["cut"] += found > 0
        return without, values

    def ended(connection: Connection) -> None:
        connection.info.pop("is_of_the_service", None)

    listeners = (("before_cursor_execute", cut), ("commit", ended), ("rollback", ended))
    for name, listener in listeners:
        event.listen(SqlEngine, name, listener, **({"retval": True} if listener is cut else {}))
    yield counted
    for name, listener in listeners:
        event.remove(SqlEngine, name, listener)


async def test_no_route_leaks_when_all_statements_lose_their_organization(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What an owner of one organization can call, on the things of another: without WHERE, the wall alone holds."""
    monkeypatch.setattr(test_organizations_apart, "ROLES", (Role.OWNER,))
    with without_filters() as counted:
        await apart(postgres_url)
    assert counted["cut"] > len(OPERATIONS)
    print(f"{counted['statements']} statements of the service, {counted['cut']} without their organization, leaks 0")


async def test_the_same_leaks_without_the_wall(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(test_organizations_apart, "ROLES", (Role.OWNER,))
    monkeypatch.setattr(RowSecurity, "begin", lambda self, organization: "BEGIN")
    with without_filters(), pytest.raises((AssertionError, ValueError, KeyError)):
        await apart(postgres_url)
