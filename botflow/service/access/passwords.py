"""Passwords, hashed by Argon2id. A hash takes 0.1 s of a core and 64 MB, so only two are computed at a time."""

from __future__ import annotations

import asyncio
from functools import cache
from typing import TYPE_CHECKING

from botflow.errors import UsageError

if TYPE_CHECKING:
    from pwdlib import PasswordHash

SHORTEST = 12  # NIST SP 800-63B-4, 3.1.1.2, asks for 15 where nothing else protects an account; a lockout does here
LONGEST = 200
AT_A_TIME = 2
_turns = asyncio.Semaphore(AT_A_TIME)


async def hash_password(password: str) -> str:
    """Return the hash to store; UsageError `service.not_installed` without the extra `service`."""
    async with _turns:
        return await asyncio.to_thread(_hasher().hash, password)


async def is_password(password: str, stored: str | None) -> bool:
    """Say whether `stored` is the hash of this password. Without one it takes as long, and is False: how long an answer
    takes must not tell whether there is an account."""
    async with _turns:
        right = await asyncio.to_thread(_hasher().verify, password, stored or _of_no_account())
    return right and stored is not None


@cache
def _hasher() -> PasswordHash:
    try:
        from pwdlib import PasswordHash
    except ImportError:
        raise UsageError(
            "people cannot sign in here: a package is missing",
            code="service.not_installed",
            hint="pip install 'botflow[service]'",
        ) from None
    return PasswordHash.recommended()


@cache
def _of_no_account() -> str:
    return _hasher().hash("the password of no account")
