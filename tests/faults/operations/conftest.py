"""What every deployment needs: providers, and a Postgres of its own where the server itself is troubled."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from botflow.storage.migrations.upgrade import migrate
from tests.faults.operations.operating import SCALED
from tests.faults.soak.deployment import Deployment
from tests.faults.timing import SCALE, TWILIO_WAITS_S
from tests.servers import Server, start_postgres
from tests.stand_ins.openai import OpenAIStandIn
from tests.stand_ins.twilio import TwilioStandIn

# Whole deployments in trouble take a quarter of an hour: `make proof` runs them, and who names one of them.
collect_ignore_glob = [] if SCALE == 1.0 else ["test_*.py"]
MODEL_MS = 150.0
OWNER = "bots"
WRITES = "-c default_transaction_read_only=off"  # also where the database says otherwise


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnPostgres:
    """A server that no other test shares. `url` is of a migrated database whose owner is no superuser, `admin_url` of
    the same database for a superuser."""

    server: Server
    url: str
    admin_url: str

    def run(self, *statements: str) -> None:
        with psycopg.connect(self.admin_url, autocommit=True, connect_timeout=5, options=WRITES) as connection:
            for statement in statements:
                connection.execute(statement.encode())


@pytest.fixture
def twilio() -> Iterator[TwilioStandIn]:
    with TwilioStandIn(waits_s=TWILIO_WAITS_S) as running:
        yield running


@pytest.fixture
def openai() -> Iterator[OpenAIStandIn]:
    with OpenAIStandIn(ms=MODEL_MS) as running:
        yield running


@pytest.fixture
def own_postgres() -> Iterator[OwnPostgres]:
    with start_postgres() as server:
        if server.process is None:
            raise AssertionError("this test troubles its server: unset BOTFLOW_TEST_DATABASE_URL")
        yield own_database(server)


def own_database(server: Server) -> OwnPostgres:
    """Make a migrated database whose owner is no superuser."""
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute(f"CREATE ROLE {OWNER} LOGIN".encode())
        connection.execute(f"CREATE DATABASE botflow OWNER {OWNER}".encode())
    url = f"postgresql://{OWNER}@127.0.0.1:{server.port}/botflow"
    migrate(url)
    return OwnPostgres(server=server, url=url, admin_url=f"{server.url.rpartition('/')[0]}/botflow")


def deployed(
    url: str, folder: Path, twilio: TwilioStandIn, openai: OpenAIStandIn, *, redis: str = "", program: str = SCALED
) -> Deployment:
    """Return two web servers and two workers on a database, not started yet."""
    environment = {"BOTFLOW_DATABASE_URL": url, **twilio.environment, **openai.environment}
    return Deployment(environment | ({"BOTFLOW_REDIS_URL": redis} if redis else {}), folder, program=program)
