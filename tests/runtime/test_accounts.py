"""Opened clients of accounts: shared, replaced when their set changes, and closed only after their last use."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pytest

from botflow.runtime import accounts
from botflow.runtime.accounts import _Clients
from botflow.storage.credentials import CredentialKey, StoredCredential


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
