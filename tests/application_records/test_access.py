"""Which database a node reaches: by the server's settings in the home organization, else by a credential."""

from __future__ import annotations

from typing import Any

import pytest

from botflow.engine.node_type import NodeFailure
from botflow.settings import Networks
from botflow.testing.scripted.actions import ActionLog
from tests.application_records.shop import ALLOWED, Shop, call

ORDERS = {"table": "orders", "columns": ["id"]}


class Stranger(ActionLog):
    """A call in another organization than the home, which may reach no private network."""

    @property
    def account_networks(self) -> Networks | None:
        return () if self.credential else None

    async def is_home(self) -> bool:
        return False


async def refusal(**options: Any) -> str:
    with pytest.raises(NodeFailure) as failure:
        await call("record.query", ORDERS, **options)
    return failure.value.code


async def test_the_servers_own_database_is_the_home_organizations_alone(shop: Shop) -> None:
    assert (await call("record.query", ORDERS))["count"] == 3
    assert await refusal(context=Stranger) == "record.no_database"


@pytest.mark.parametrize("database_kind", ["postgres"])
async def test_a_credential_leads_only_where_an_organization_may_go(shop: Shop) -> None:
    own = {"databaseUrl": shop.url, "tables": ALLOWED}

    # The tests' server speaks no TLS, which a credential's connection insists on; the network itself is allowed.
    assert await refusal(credential=own) == "record.unavailable"
    assert await refusal(credential=own, context=Stranger) == "record.address"


@pytest.mark.parametrize(
    "url",
    [
        "sqlite:////etc/passwd",
        "postgresql:///name",
        "postgresql://user@%2Fvar%2Frun%2Fpostgresql/name",
        "postgresql://user@127.0.0.1/name?hostaddr=10.0.0.1",
        "postgresql://user@a,127.0.0.1/name",
        "postgresql://user@127.1/name",
        "postgresql://user@[::ffff:127.0.0.1]/name",
        "postgresql://user@169.254.169.254/name",
        "mysql://user@example.com/name",
        "postgresql://user@2130706433/name",
        "nonsense",
    ],
)
async def test_a_credentials_address_is_that_of_a_public_server(url: str) -> None:
    assert await refusal(credential={"databaseUrl": url, "tables": "orders"}, context=Stranger) == "record.address"


async def test_a_database_that_is_away_is_said_without_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RECORDS_DATABASE_URL", "postgresql://ann:hidden-word@127.0.0.1:9/shop")
    monkeypatch.setenv("RECORDS_TABLES", ALLOWED)

    with pytest.raises(NodeFailure) as failure:
        await call("record.query", ORDERS)

    assert failure.value.code == "record.unavailable"
    assert "hidden-word" not in f"{failure.value!r} {failure.value.__cause__!r}"
