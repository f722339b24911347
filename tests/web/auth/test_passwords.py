"""Passwords are hashed at the product's own cost; the other tests hash them at the least."""

from __future__ import annotations

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from botflow.service.access import passwords

product = passwords._hasher  # as it is before the tests' fixture replaces it


def test_a_hash_costs_64_megabytes_and_three_passes() -> None:
    stored = product().hash("a password")

    assert stored.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert product().verify("a password", stored)
    assert not product().verify("another password", stored)


async def test_what_one_cost_has_stored_is_right_at_another() -> None:
    """An account keeps its password when the product's cost grows; also, the tests' cost is the least."""
    stored = await passwords.hash_password("a password")

    assert stored.startswith("$argon2id$v=19$m=8,t=1,p=1$")
    assert PasswordHash([Argon2Hasher()]).verify("a password", stored)
    assert await passwords.is_password("a password", product().hash("a password"))
    assert not await passwords.is_password("a password", None)
