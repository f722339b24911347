"""Keys for each use: none can be computed from another, and former secrets are still accepted."""

from __future__ import annotations

from typing import get_args

from botflow.keyring import Keyring, Use


def test_each_use_and_each_secret_has_a_key_of_its_own() -> None:
    uses = get_args(Use)
    ring = Keyring("n" * 40, "f" * 40)
    keys = [key for use in uses for key in ring.all(use)]

    assert len(set(keys)) == 2 * len(uses)
    assert all(len(key) == 32 for key in keys)
    assert [ring.newest(use) for use in uses] == [ring.all(use)[0] for use in uses]
    assert Keyring("f" * 40).newest("credentials") == ring.all("credentials")[1]


def test_a_ring_shows_no_secret() -> None:
    assert "n" * 40 not in f"{Keyring('n' * 40)!r} {Keyring('n' * 40)}"
