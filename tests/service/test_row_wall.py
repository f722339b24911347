"""The wall between organizations on Postgres, by its smallest example: two workflows, statements without a WHERE."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from sqlalchemy import Connection, insert, select, text, update

from botflow.errors import ProviderError
from botflow.storage.database import open_database
from botflow.storage.engines.row_security import SETTING, read_row_security, role_of
from botflow.storage.tables import workflows
from tests.organizations import HOME
from tests.storage.erasure.canary_rows import add_organization, add_workflow


class Undone(Exception):
    """Ends a transaction that may change nothing."""


SLUGS = select(workflows.c.slug).order_by(workflows.c.slug)


def slugs(connection: Connection) -> Sequence[str]:
    return connection.execute(SLUGS).scalars().all()


def who(connection: Connection) -> tuple[str, str]:
    asked = text(f"SELECT current_user, coalesce(current_setting('{SETTING}', true), '')")
    user, organization = connection.execute(asked).one()
    return user, organization


def rename_all(connection: Connection) -> int:
    return connection.execute(update(workflows).values(name="ours now")).rowcount


def copy_into(connection: Connection, organization: int) -> int:
    row = {"organization_id": organization, "slug": "copy", "name": "copy", "status": "draft", "mode": "single"}
    return connection.execute(insert(workflows).values(**row, created_at=text("now()"))).rowcount


async def test_a_transaction_for_an_organization_has_its_rows_alone(postgres_url: str) -> None:
    database = await open_database(postgres_url, migrate=False)
    try:

        def add(connection: Connection) -> int:
            theirs = add_organization(connection, "theirs")
            add_workflow(connection, "ours")
            add_workflow(connection, "theirs", theirs)
            return theirs

        theirs = await database.engine.write(add)
        engine, before = database.within(theirs), await database.engine.read(who)
        for _ in range(3):
            assert await engine.read(slugs) == ["theirs"]
            assert await database.within(HOME).read(slugs) == ["ours"]
            assert await engine.write(rename_all) == 1
            with pytest.raises(ProviderError):
                await engine.write(copy_into, HOME)
            assert await database.engine.read(slugs) == ["ours", "theirs"]
            assert await database.engine.read(who) == before == await database.engine.write(who)
        assert (await engine.read(who))[0] == role_of("postgres")
    finally:
        await database.close()


@pytest.mark.parametrize(
    ("weakened", "lacks"),
    [
        ("ALTER TABLE workflows DISABLE ROW LEVEL SECURITY", "no policy is in force"),
        ("DROP POLICY botflow_organization ON sessions", "no policy is in force"),
        ('REVOKE ALL ON turns FROM "postgres_organization"', "may not read"),
    ],
)
async def test_a_wall_with_a_hole_counts_as_none(postgres_url: str, weakened: str, lacks: str) -> None:
    database = await open_database(postgres_url, migrate=False)
    try:

        def weaken(connection: Connection) -> None:
            assert read_row_security(connection).is_on
            connection.execute(text(weakened))
            state = read_row_security(connection)
            assert not state.is_on, "it has a hole"
            assert lacks in state.lacks
            raise Undone

        with pytest.raises(Undone):
            await database.engine.write(weaken)
    finally:
        await database.close()
