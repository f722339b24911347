"""Deployments that share a Redis are told apart, though their databases have the same address and name."""

from __future__ import annotations

import psycopg
import pytest

from botflow.storage.engines.postgres import PostgresEngine
from tests.servers import Server, start_postgres


async def identity(url: str, shown_url: str) -> str:
    """Return the identity of the server at `url` as processes see it that reach it by `shown_url`."""
    engine = PostgresEngine(url)
    await engine.open()
    engine._url = shown_url  # `db:5432` in two networks; on loopback they cannot have one port
    try:
        return await engine.identity()
    finally:
        await engine.close()


async def test_two_servers_behind_the_same_address_are_two_deployments(
    postgres_server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("BOTFLOW_TEST_DATABASE_URL", raising=False)  # or both would be the one that it names
    with start_postgres() as other:
        ours = await identity(postgres_server.url, "postgresql://app@db:5432/postgres")
        theirs = await identity(other.url, "postgresql://app@db:5432/postgres")

    assert ours != theirs


async def test_every_role_may_ask_who_the_database_is(postgres_server: Server, postgres_url: str) -> None:
    with psycopg.connect(postgres_url, autocommit=True) as administrator:
        administrator.execute("DROP ROLE IF EXISTS plain")
        administrator.execute("CREATE ROLE plain LOGIN")
    plain = postgres_url.replace("//postgres", "//plain", 1)

    assert await identity(plain, plain) == await identity(plain, plain)
