"""Sign-ins that meet each other, or the person's first message, in the middle: on Postgres, where they can."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import insert, select, text

from botflow.engine.inbound import CHAT
from botflow.records.sessions import VISITOR
from botflow.storage.database import Database, open_database
from botflow.storage.engines.dialects import now
from botflow.storage.people.sign_ins import SignIn, sign_in
from botflow.storage.tables import sessions
from tests.organizations import HOME
from tests.storage.open_transaction import open_transaction, until_blocked

WORKFLOW = 7
SOMEONE = f"{VISITOR}someone"
HOLD = text("SELECT id FROM sessions WHERE id = :session FOR UPDATE")


@pytest.fixture
async def postgres(postgres_url: str) -> AsyncIterator[Database]:
    opened = await open_database(postgres_url, migrate=False)
    yield opened
    await opened.close()


def session_of(external_id: str) -> Any:
    return (
        insert(sessions)
        .values(
            workflow_id=WORKFLOW,
            channel=CHAT,
            external_id=external_id,
            parked=False,
            version=1,
            last_seq=0,
            done_seq=0,
            created_at=now(),
            updated_at=now(),
            state={},
        )
        .returning(sessions.c.id)
    )


def signing_in(who: str) -> SignIn:
    return SignIn(organization=HOME, workflow=WORKFLOW, external_id=who, anonymous=SOMEONE, values={"name": who})


async def owners(postgres: Database) -> dict[str, int]:
    query = select(sessions.c.external_id, sessions.c.id)
    return dict(await postgres.engine.read(lambda connection: [tuple(row) for row in connection.execute(query)]))


async def test_of_sign_ins_that_have_seen_the_conversation_one_gets_it(postgres_url: str) -> None:
    postgres = await open_database(postgres_url, migrate=False)
    try:
        number = await postgres.engine.write(lambda connection: connection.execute(session_of(SOMEONE)).scalar_one())
        with open_transaction(postgres_url) as held:
            held.execute(HOLD, {"session": number})
            both = [asyncio.create_task(postgres.engine.write(sign_in, signing_in(who))) for who in ("ann", "bob")]
            await until_blocked(held, 2)
        joined = await asyncio.gather(*both)
        assert sorted(each.how if each else "" for each in joined) == ["", "taken"]
        found = await owners(postgres)
        assert [who for who in ("ann", "bob") if found.get(who) == number] == [
            who for who, each in zip(("ann", "bob"), joined, strict=True) if each
        ]
    finally:
        await postgres.close()


async def test_a_first_message_that_comes_in_between_keeps_its_conversation(
    postgres: Database, postgres_url: str
) -> None:
    number = await postgres.engine.write(lambda connection: connection.execute(session_of(SOMEONE)).scalar_one())
    with open_transaction(postgres_url) as held:
        theirs = held.execute(session_of("ann")).scalar_one()
        signed = asyncio.create_task(postgres.engine.write(sign_in, signing_in("ann")))
        await until_blocked(held, 1)
    joined = await signed
    assert joined is not None
    assert (joined.session, joined.how) == (number, "closed")
    assert await owners(postgres) == {"ann": theirs, SOMEONE: number}
