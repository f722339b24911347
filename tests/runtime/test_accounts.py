"""Opened clients of accounts: shared, replaced when their set changes, and closed only after their last use."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, cast

import pytest

from botflow.clock import SystemClock
from botflow.keyring import Keyring
from botflow.plugins import installed_plugins
from botflow.redaction.known_secrets import KnownSecrets
from botflow.runtime import accounts
from botflow.runtime.accounts import Accounts, _Clients
from botflow.runtime.vault import Vault
from botflow.storage.credentials import CredentialKey, Credentials, StoredCredential
from botflow.storage.database import Database
from botflow.storage.engines.engine import Engine


@dataclass(slots=True)
class Client:
    """A client that knows whether it is open."""

    is_open: bool = True

    async def close(self) -> None:
        assert self.is_open, "closed once"
        self.is_open = False


def opened() -> tuple[Client, frozenset[str]]:
    return Client(), frozenset()


def stored(id: str = "a") -> StoredCredential:
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    return StoredCredential(
        id=id,
        key=CredentialKey(organization=1, user_name="", name=id),
        module="any",
        is_active=True,
        is_default=False,
        revision=1,
        created_at=moment,
        updated_at=moment,
        sealed=b"",
    )


async def test_a_client_is_shared_and_closed_after_its_last_use_when_its_set_has_changed() -> None:
    clients: _Clients[Client] = _Clients()
    async with (
        clients.client(stored(), opened) as first,
        clients.client(stored(), opened) as same,
        clients.client(replace(stored(), revision=2), opened) as changed,
    ):
        assert first.of is same.of
        assert changed.of is not first.of
        assert first.of.is_open
    assert not first.of.is_open
    assert changed.of.is_open

    await clients.close()

    assert not changed.of.is_open


async def test_only_so_many_clients_stay_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(accounts, "MOST_OPENED", 2)
    clients: _Clients[Client] = _Clients()
    used = []
    for id in "abc":
        async with clients.client(stored(id), opened) as account:
            used.append(account.of)

    assert [client.is_open for client in used] == [False, True, True]
    await clients.close()


class CountedReads:
    """A database whose reads are counted."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.reads = 0
        self.write = engine.write

    async def read(self, work: Any, *args: Any, **kwargs: Any) -> Any:
        self.reads += 1
        return await self._engine.read(work, *args, **kwargs)


async def test_calls_at_the_same_moment_read_once_what_was_chosen(database: Database) -> None:
    engine = CountedReads(database.engine)
    safe = Vault(Credentials(database.engine), Keyring("a-secret-key-of-these-tests")).safe
    chooses = Accounts(
        engine=cast(Engine, engine),
        safe=safe,
        plugins=installed_plugins(),
        models=(),
        known_secrets=KnownSecrets(),
        clock=SystemClock(),
        networks=(),
    )

    async def ask() -> None:
        async with chooses.models("pizza") as account:
            assert account.of == ()

    await asyncio.gather(*(ask() for _ in range(20)))
    assert engine.reads == 1
