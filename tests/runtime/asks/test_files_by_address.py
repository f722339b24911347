"""Files that actions read by their address: those of the organization's visitors, and no other's."""

from __future__ import annotations

import pytest
from sqlalchemy import insert, update

from botflow.errors import ProviderError
from botflow.runtime.asks.files_by_address import FilesByAddress
from botflow.storage.tables import organizations, workflows
from tests.web.chat.uploads import PHOTO, PNG, uploaded
from tests.web.site import PUBLIC_URL, TALK, open_site


async def test_a_visitors_file_is_read_for_the_same_organization_only(database_url: str) -> None:
    async with open_site(database_url, flows=(PHOTO, TALK)) as site:
        visit, colleague = await site.visit("photo"), await site.visit("talk")
        await visit.say("hi")
        await colleague.say("hi")
        file = await uploaded(visit)
        path = f"/chat/photo/files/{file['id']}/leak.png"
        database = site.runtime.database
        own = FilesByAddress(database.files, await visit.number(), ())
        other = FilesByAddress(database.files, await colleague.number(), ())

        for address in (
            path,
            f"{PUBLIC_URL}{path}?expires=1&signature=x",
            f"/mount{path}",
            path.removesuffix("/leak.png"),
        ):
            for files in (own, other):
                read = await files.read(address, len(PNG))
                assert (read.name, read.content_type, read.content) == ("leak.png", "image/png", PNG)
        assert await code_of(own, path, len(PNG) - 1) == "file.too_large"
        assert await code_of(own, "/chat/photo/files/" + "x" * 32) == "file.unknown"
        assert await code_of(own, "/etc/passwd") == "file.unknown"
        assert await code_of(own, f"https://127.0.0.1/{path}/../x") == "file.address"

        def moved(connection: object) -> None:
            assert hasattr(connection, "execute")
            connection.execute(insert(organizations).values(id=77, slug="other", name="Other"))
            connection.execute(update(workflows).where(workflows.c.slug == "talk").values(organization_id=77))

        await database.engine.write(moved)
        assert await code_of(other, path) == "file.unknown"
        assert (await own.read(path, len(PNG))).content == PNG


async def code_of(files: FilesByAddress, address: str, largest: int = 10_000) -> str:
    with pytest.raises(ProviderError) as failed:
        await files.read(address, largest)
    return failed.value.code
