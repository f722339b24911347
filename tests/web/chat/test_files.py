"""Files and places in the chat: sent once, kept for their session only, answered like any message."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import delete, select, update

from botflow.engine.inbound import CHAT
from botflow.records.sessions import SessionKey
from botflow.storage.engines.dialects import now
from botflow.storage.tables import file_pieces, files, sessions
from botflow.web.chat.files import PIECE
from tests.web.chat.uploads import PHOTO, PNG, code_of, rows_of, upload, uploaded
from tests.web.site import API_KEY, PUBLIC_URL, Site, open_site, texts

COLLEAGUE = """
botflow: 1
id: colleague
nodes:
  - {id: start, type: chatbot, actionType: message_received, next: show}
  - {id: show, type: chatbot, actionType: say, properties: {text: Look, media: ["{{ $message.text }}"]}}
"""


@pytest.fixture
async def site(database_url: str) -> AsyncIterator[Site]:
    async with open_site(database_url, flows=(PHOTO,)) as opened:
        yield opened


async def test_a_photo_and_a_place_answer_questions_for_them(site: Site) -> None:
    visit = await site.visit("photo")
    assert await visit.say("hi") == ["A photo?"]
    file = await uploaded(visit)

    assert (file["name"], file["contentType"]) == ("leak.png", "image/png")
    answered = await visit.post(media=[file], messageId="m1")
    assert texts(answered.json()) == ["Where?"]
    done = await visit.post(location={"latitude": 48.2, "longitude": 16, "label": "Home"}, messageId="m2")

    assert texts(done.json()) == ["leak.png image/png 2008 at 48.2, 16.0 Home"]
    shown, foreign = done.json()["messages"][0]["media"]
    assert (await site.client.get(shown["url"])).content == PNG
    assert foreign["url"] == "https://pictures.example/a.png"


async def test_the_same_message_again_is_the_same_turn(site: Site) -> None:
    visit = await site.visit("photo")
    await visit.say("hi")
    file = await uploaded(visit)

    answers = await asyncio.gather(*(visit.post(media=[{"id": file["id"]}], messageId="m1") for _ in range(5)))
    again = await visit.post(media=[{"id": file["id"]}], messageId="m1")

    said = [texts(answer.json()) for answer in (*answers, again)]
    assert said == [["Where?"]] * 6
    heard = [entry for entry in (await visit.history())["messages"] if entry["direction"] == "in"]
    assert [len(entry.get("media", [])) for entry in heard] == [0, 1]


async def test_the_history_shows_files_and_places(site: Site) -> None:
    visit = await site.visit("photo")
    file = await uploaded(visit)
    await visit.post(text="look", media=[{"id": file["id"]}])
    await visit.post(location={"latitude": -1.5, "longitude": 2})

    with_photo, with_place = [one for one in (await visit.history())["messages"] if one["direction"] == "in"]
    (medium,) = with_photo["media"]
    assert (medium["id"], medium["name"], medium["contentType"], medium["size"]) == (
        file["id"],
        "leak.png",
        "image/png",
        len(PNG),
    )
    assert (await site.client.get(medium["url"])).status_code == 200
    assert with_place["location"] == {"latitude": -1.5, "longitude": 2.0, "label": ""}


async def test_a_file_in_many_pieces_comes_back_as_it_was(site: Site) -> None:
    visit = await site.visit("photo")
    content = b"%PDF-1.7\n" + bytes(range(256)) * (8 * PIECE // 256)

    async def in_pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(content), 30_000):
            yield content[start : start + 30_000]

    response = await upload(visit, in_pieces(), "application/pdf", "a%20plan.pdf")

    read = await site.client.get(response.json()["url"])
    assert read.content == content
    assert read.headers["content-type"] == "application/pdf"
    assert read.headers["content-disposition"] == "attachment; filename*=UTF-8''a%20plan.pdf"
    assert read.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in read.headers["content-security-policy"]
    assert await rows_of(site, file_pieces) >= 3


async def test_only_the_visitor_the_api_key_and_a_signed_address_read_a_file(site: Site) -> None:
    visit, other = await site.visit("photo"), await site.visit("photo")
    file = await uploaded(visit)
    plain, _, query = file["url"].partition("?")
    get = site.client.get

    assert (await get(plain, headers=visit.headers)).content == PNG
    assert (await get(plain, headers={"authorization": f"Bearer {API_KEY}"})).content == PNG
    assert (await get(file["url"])).headers["content-disposition"].startswith("inline")
    assert code_of(await get(plain)) == (401, "token.missing")
    assert code_of(await get(plain, headers=other.headers)) == (404, "file.unknown")
    for forged in (
        query[:-1] + ("A" if query[-1] != "A" else "B"),
        query.replace("expires=1", "expires=2"),
        "signature=x",
    ):
        assert code_of(await get(f"{plain}?{forged}")) == (403, "file.link_invalid")
    for unknown in ("x", "A" * 32, "%00" * 32, "a" * 33):
        assert (await get(f"/chat/photo/files/{unknown}", headers=visit.headers)).status_code == 404


async def test_an_address_expires(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    visit = await site.visit("photo")
    file = await uploaded(visit)
    later = time.time() + 2 * 24 * 3600 + 1
    monkeypatch.setattr("botflow.web.chat.file_links.time.time", lambda: later)

    assert code_of(await site.client.get(file["url"])) == (403, "file.link_invalid")


async def test_a_message_cannot_name_a_file_of_another_session(site: Site) -> None:
    visit, other = await site.visit("photo"), await site.visit("photo")
    await other.say("hi")
    file = await uploaded(visit)

    assert code_of(await other.post(media=[{"id": file["id"]}])) == (422, "media.unknown")
    assert code_of(await other.post(text=file["url"], media=[{"id": "A" * 32}])) == (422, "media.unknown")
    signed_for_other = (await other.post(text="x")).json()
    assert texts(signed_for_other) != []
    assert code_of(await site.client.get(file["url"].partition("?")[0], headers=other.headers)) == (404, "file.unknown")


async def test_a_file_that_no_message_has_is_deleted_after_a_day(site: Site) -> None:
    visit = await site.visit("photo")
    kept, forgotten = await uploaded(visit), await uploaded(visit)
    await visit.post(media=[{"id": kept["id"]}])
    old = update(files).values(created_at=now(-25 * 3600))
    await site.runtime.database.engine.write(lambda connection: connection.execute(old))

    await uploaded(visit)

    ids = await site.runtime.database.engine.read(
        lambda connection: connection.execute(select(files.c.id)).scalars().all()
    )
    assert kept["id"] in ids
    assert forgotten["id"] not in ids
    assert code_of(await visit.post(media=[{"id": forgotten["id"]}])) == (422, "media.unknown")


async def test_files_go_with_their_session(site: Site) -> None:
    visit = await site.visit("photo")
    file = await uploaded(visit)
    await visit.post(media=[{"id": file["id"]}])

    await site.runtime.database.engine.write(lambda connection: connection.execute(delete(sessions)))

    assert (await rows_of(site, files), await rows_of(site, file_pieces)) == (0, 0)
    assert code_of(await site.client.get(file["url"])) == (403, "file.link_invalid")


async def test_a_server_with_the_api_key_sends_files_for_its_people(site: Site) -> None:
    key = {"authorization": f"Bearer {API_KEY}"}
    client = site.client
    hello = {"externalId": "ann", "text": "hi"}
    assert code_of(await client.post("/chat/photo/files?externalId=ann", content=PNG, headers=key)) == (
        404,
        "session.unknown",
    )
    await client.post("/chat/photo/messages", json=hello, headers=key)
    file = (await client.post("/chat/photo/files?externalId=ann&name=x.png", content=PNG, headers=key)).json()
    body = {"externalId": "ann", "media": [{"id": file["id"]}]}

    answer = await client.post("/chat/photo/messages", json=body, headers=key)

    assert texts(answer.json()) == ["Where?"]


async def test_the_flow_gets_a_complete_address(site: Site) -> None:
    visit = await site.visit("photo")
    await visit.say("hi")
    file = await uploaded(visit)
    await visit.post(media=[{"id": file["id"]}])
    heard = await site.runtime.database.transcripts.transcript(await visit.number(), 10)
    (medium,) = next(entry.body["media"] for entry in heard if entry.body.get("media"))

    assert medium["url"].startswith(f"{PUBLIC_URL}/chat/photo/files/{file['id']}/leak.png?expires=")
    assert (await site.client.get(medium["url"].removeprefix(PUBLIC_URL))).content == PNG


async def test_another_conversation_shows_a_file_that_the_flow_passed_on(database_url: str) -> None:
    async with open_site(database_url, flows=(PHOTO, COLLEAGUE)) as site:
        visit, colleague = await site.visit("photo"), await site.visit("colleague")
        await visit.say("hi")
        file = await uploaded(visit)
        await visit.post(media=[{"id": file["id"]}])
        (sent,) = await site.runtime.database.files.send(
            SessionKey(site.runtime.flows.get("photo").workflow, CHAT, visit.external_id), [file["id"]]
        )
        passed_on = site.desk.links.given("photo", sent, "")

        (message,) = (await colleague.post(text=passed_on)).json()["messages"]

        (medium,) = message["media"]
        assert medium["url"] == passed_on
        assert (await site.client.get(medium["url"].removeprefix(PUBLIC_URL))).content == PNG
        unsigned = passed_on.partition("?")[0]
        (message,) = (await colleague.post(text=unsigned)).json()["messages"]
        assert (await site.client.get(message["media"][0]["url"])).status_code == 403  # an id alone opens nothing
