"""The disk of the database is full for a while: a tmpfs that is filled and freed again.

Postgres has its tables on it, with the log of writes elsewhere: it refuses what needs more room. Or everything is on
it: then it ends itself when its log needs room, and its service manager starts it again. SQLite has its file on it.
"""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import psycopg

from tests.faults.operations.conftest import OwnPostgres, deployed, own_database
from tests.faults.operations.operating import SCALED, Account, operate
from tests.faults.operations.small_disk import SmallDisk, small_disk
from tests.faults.soak.deployment import Deployment
from tests.faults.timing import scaled
from tests.servers import restart_postgres, start_postgres
from tests.stand_ins.openai import OpenAIStandIn
from tests.stand_ins.twilio import TwilioStandIn

LASTS_S = max(12.0, scaled(20.0))
LOOK_S = 0.5


async def keep_full(disk: SmallDisk) -> None:
    """Fill it, again whenever something of it is given back."""
    for _ in range(int(LASTS_S / LOOK_S)):
        disk.fill()
        await asyncio.sleep(LOOK_S)
    disk.free()


async def test_a_full_disk_under_the_tables_of_postgres(
    own_postgres: OwnPostgres, tmp_path: Path, twilio: TwilioStandIn, openai: OpenAIStandIn
) -> None:
    with small_disk(40) as disk:
        tables = disk.folder / "tables"
        _give_to_server(tables, own_postgres)
        _move_database(own_postgres, tables)

        async def fill() -> None:
            await keep_full(disk)

        account = await operate(deployed(own_postgres.url, tmp_path, twilio, openai), twilio, own_postgres.url, fill)
        _print(account, "Postgres' tables")
        own_postgres.server.stop()
    account.check()
    account.check_causes()
    full = [line for line in account.seen.outages() if "No space left" in line.cause]
    assert full
    assert all("free space" in line.facts["hint"] for line in full)
    assert account.seen.was_unready()


async def test_a_full_disk_under_all_of_postgres(tmp_path: Path, twilio: TwilioStandIn, openai: OpenAIStandIn) -> None:
    with small_disk(160) as disk, start_postgres(cluster=disk.folder / "data") as server:
        postgres = own_database(server)
        assert server.process is not None

        async def fill() -> None:
            await keep_full(disk)
            if server.process is not None and server.process.poll() is not None:
                await asyncio.to_thread(restart_postgres, server)

        account = await operate(deployed(postgres.url, tmp_path, twilio, openai), twilio, postgres.url, fill)
        _print(account, "all of Postgres")
        server.stop()
    account.check()
    account.check_causes()  # writes pass now and then, so a process may stay ready


async def test_a_full_disk_under_sqlite(tmp_path: Path, twilio: TwilioStandIn, openai: OpenAIStandIn) -> None:
    with small_disk(40) as disk:
        url = f"sqlite:///{disk.folder / 'botflow.db'}"
        environment = {"BOTFLOW_DATABASE_URL": url, **twilio.environment, **openai.environment}
        deployment = Deployment(environment, tmp_path, webs=1, workers=0, program=SCALED)

        async def fill() -> None:
            await keep_full(disk)

        account = await operate(deployment, twilio, url, fill)
        _print(account, "SQLite's file")
    account.check()
    account.check_causes()
    assert all("free space" in line.facts["hint"] for line in account.seen.outages())
    assert account.seen.was_unready() == {"web0"}


def _print(account: Account, whose: str) -> None:
    account.print(f"A full disk (tmpfs) under {whose} for {LASTS_S:g} s")


def _give_to_server(folder: Path, postgres: OwnPostgres) -> None:
    """Make a folder that belongs to the server's user, as a tablespace must."""
    folder.mkdir(mode=0o700)
    assert postgres.server.folder is not None
    owner = postgres.server.folder.stat()
    os.chown(folder, owner.st_uid, owner.st_gid)


def _move_database(postgres: OwnPostgres, tables: Path) -> None:
    with psycopg.connect(postgres.server.url, autocommit=True) as connection:
        connection.execute(f"CREATE TABLESPACE small LOCATION '{tables}'".encode())
        connection.execute(b"ALTER DATABASE botflow SET TABLESPACE small")
