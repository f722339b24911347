"""Files that are refused leave nothing; what is sent is bounded in size, number and name."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from botflow.storage.tables import file_pieces, files
from botflow.web.chat.files import LARGEST_FILE, MOST_PER_SESSION, PIECE
from botflow.web.requests.rate_limits import FILES_PER_SESSION, STORED_PER_ADDRESS
from tests.runtime.until import until
from tests.web.chat.uploads import PHOTO, PNG, code_of, rows_of, upload, uploaded
from tests.web.site import Site, open_site

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.fixture
async def sqlite_site(sqlite_url: str) -> AsyncIterator[Site]:
    async with open_site(sqlite_url, flows=(PHOTO,)) as opened:
        yield opened


@pytest.mark.parametrize(
    ("media", "code"),
    [
        ([{"url": "https://example.com/a.png"}], "media.invalid"),
        (["id"], "media.invalid"),
        ("id", "media.invalid"),
        ([{"id": 5}], "media.invalid"),
        ([{"id": "a\x00b"}], "media.invalid"),
        ([{"id": "a", "evil": 1}], "media.invalid"),
        ([{"id": str(number)} for number in range(11)], "media.too_many"),
        ([{"id": "a"}, {"id": "a"}], "media.repeated"),
    ],
)
async def test_wrong_media_are_refused_with_their_own_code(sqlite_site: Site, media: Any, code: str) -> None:
    visit = await sqlite_site.visit("photo")
    assert code_of(await visit.post(media=media)) == (422, code)


@pytest.mark.parametrize(
    "place", [{"latitude": 91, "longitude": 0}, {"latitude": 0}, {"latitude": "1", "longitude": 2}, [1, 2], {"lat": 1}]
)
async def test_a_place_outside_of_the_world_is_refused(sqlite_site: Site, place: Any) -> None:
    visit = await sqlite_site.visit("photo")
    assert (await visit.post(location=place)).status_code == 422


@pytest.mark.parametrize(
    ("content", "declared", "refusal"),
    [
        (SVG, "image/svg+xml", (415, "file.type")),
        (SVG, "image/png", (415, "file.type")),
        (b"<html>", "text/html", (415, "file.type")),
        (PNG, "text/html", (415, "file.type")),
        (b"", "image/png", (422, "file.empty")),
        (b"\x89PNG\r\n\x1a\n" + bytes(LARGEST_FILE), "image/png", (413, "file.too_large")),
    ],
    ids=["svg", "svg as png", "html", "png as html", "empty", "too large"],
)
async def test_a_refused_file_leaves_nothing(
    sqlite_site: Site, content: bytes, declared: str, refusal: tuple[int, str]
) -> None:
    visit = await sqlite_site.visit("photo")

    assert code_of(await upload(visit, content, declared)) == refusal

    assert await rows_of(sqlite_site, files) == 0
    assert await rows_of(sqlite_site, file_pieces) == 0


async def test_a_body_without_a_length_that_grows_too_large_leaves_nothing(sqlite_site: Site) -> None:
    visit = await sqlite_site.visit("photo")

    async def endless() -> AsyncIterator[bytes]:
        yield PNG
        for _ in range(LARGEST_FILE // 100_000 + 1):
            yield bytes(100_000)

    assert code_of(await upload(visit, endless())) == (413, "body.too_large")
    assert await rows_of(sqlite_site, file_pieces) == 0


async def test_a_file_whose_sender_goes_away_leaves_nothing(sqlite_site: Site) -> None:
    visit = await sqlite_site.visit("photo")
    stored = asyncio.Event()

    async def is_stored() -> bool:
        return await rows_of(sqlite_site, file_pieces) > 0

    async def is_empty() -> bool:
        return await rows_of(sqlite_site, files) == await rows_of(sqlite_site, file_pieces) == 0

    async def broken() -> AsyncIterator[bytes]:
        yield PNG + bytes(2 * PIECE)
        await until(is_stored)
        stored.set()
        raise ConnectionError("the phone is in a tunnel")

    with pytest.raises(ConnectionError):
        await upload(visit, broken())

    assert stored.is_set()
    await until(is_empty)


async def test_files_count_as_stored_bytes_of_their_address_and_per_session(sqlite_site: Site) -> None:
    visit = await sqlite_site.visit("photo")
    counts = sqlite_site.desk.limiter._counts
    before = next(count for (name, _), (_, count) in counts.items() if name == STORED_PER_ADDRESS.name)
    await uploaded(visit)
    after = next(count for (name, _), (_, count) in counts.items() if name == STORED_PER_ADDRESS.name)
    assert after - before >= len(PNG)

    for key, (window, _) in list(counts.items()):
        if key[0] == FILES_PER_SESSION.name:
            counts[key] = (window, FILES_PER_SESSION.times)
    assert code_of(await upload(visit)) == (429, "rate.limited")


async def test_a_session_sends_few_files_at_once(sqlite_site: Site) -> None:
    visit = await sqlite_site.visit("photo")
    go_on = asyncio.Event()

    async def held() -> AsyncIterator[bytes]:
        yield PNG + bytes(6 * PIECE)
        await go_on.wait()
        yield b"x"

    async def all_wait() -> bool:
        return await rows_of(sqlite_site, files) == MOST_PER_SESSION

    waiting = [asyncio.create_task(upload(visit, held())) for _ in range(MOST_PER_SESSION)]
    await until(all_wait)
    refused = await upload(visit)
    go_on.set()

    assert code_of(refused) == (429, "file.too_many")
    assert [(await one).status_code for one in waiting] == [201] * MOST_PER_SESSION
    assert (await upload(visit)).status_code == 201


@pytest.mark.parametrize("name", [".", "..", "a/..", "..%5C..", "%20..%20", "%E2%80%AE..", "..%00"])
async def test_a_name_is_never_a_step_in_a_path(sqlite_site: Site, name: str) -> None:
    visit = await sqlite_site.visit("photo")

    file = (await upload(visit, name=name)).json()

    assert file["name"] == "image.png"
    assert (await sqlite_site.client.get(file["url"])).content == PNG


async def test_a_name_is_one_line(sqlite_site: Site) -> None:
    visit = await sqlite_site.visit("photo")

    assert (await upload(visit, name="a%0D%0Ab%E2%80%A8c%E2%80%A9d%C2%85.png")).json()["name"] == "abcd.png"
