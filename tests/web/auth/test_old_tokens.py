"""A token outlives its database: after a restore, or a fresh file beside the kept key, numbers are given anew."""

from __future__ import annotations

from pathlib import Path

import pytest

from botflow.storage.migrations.upgrade import migrate
from tests.web.site import Visit, open_site, texts


@pytest.mark.parametrize("resource", ["messages", "events"])
async def test_a_token_never_opens_the_session_that_got_its_number(
    tmp_path: Path, sqlite_url: str, resource: str
) -> None:
    fresh_url = f"sqlite:///{tmp_path / 'fresh.db'}"
    migrate(fresh_url)
    async with open_site(sqlite_url) as former:
        old = await former.visit()
        number = await old.number()

    async with open_site(fresh_url) as site:
        other = await site.visit()
        await other.say("my name is a secret")
        assert await other.number() == number

        answer = await site.client.get(f"/chat/order/{resource}", headers=old.headers)

        assert (answer.status_code, answer.json()["code"]) == (404, "session.unknown")


async def test_a_token_of_a_former_database_goes_on_as_its_own_person(tmp_path: Path, sqlite_url: str) -> None:
    fresh_url = f"sqlite:///{tmp_path / 'fresh.db'}"
    migrate(fresh_url)
    async with open_site(sqlite_url) as former:
        old = await former.visit()

    async with open_site(fresh_url) as site:
        other = await site.visit()
        returned = Visit(site, "order", old.opened)

        assert await returned.say("hello") == ["What's your name?"]
        seen = await returned.history()

        assert seen["sessionId"] != other.opened["sessionId"]
        assert texts(seen) == ["hello", "What's your name?"]
