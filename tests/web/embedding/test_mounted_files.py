"""Visitors' files below a mount: each address that is shown, kept or exported leads to the file."""

from __future__ import annotations

from pathlib import Path

import httpx2
import pytest

from botflow.keyring import Keyring
from botflow.web.chat.file_links import FileLinks
from tests.web.embedding.mounted_bots import PUBLIC, a_bot, mounted
from tests.web.embedding.parents import PARENTS, running, starlette
from tests.web.site import API_KEY, SECRET

PHOTO = """
botflow: 1
id: photo
nodes:
  - {id: start, type: chatbot, actionType: message_received, next: ask}
  - {id: ask, type: chatbot, actionType: ask, properties: {text: "A photo?", expect: media, variable: photo}, next: set}
  - {id: set, type: logic, actionType: set, properties: {variables: {deep: [{url: "{{ photo.url }}"}]}}, next: end}
  - {id: end, type: chatbot, actionType: say, properties: {text: "{{ photo.url }}", media: ["{{ photo.url }}"]}}
"""


PNG = b"\x89PNG\r\n\x1a\n" + bytes(200)


async def photo_sent(client: httpx2.AsyncClient, **headers: str) -> str:
    """Send a photo as the answer to a question; return the address that the flow says and kept."""
    opened = (await client.post("/chat/photo/sessions")).json()
    visitor = {"authorization": f"Bearer {opened['token']}", **headers}
    await client.post("/chat/photo/messages", json={"text": "hi"}, headers=visitor)
    kind = {"content-type": "image/png"}
    sent = await client.post("/chat/photo/files?name=a.png", content=PNG, headers=visitor | kind)
    said = await client.post("/chat/photo/messages", json={"media": [{"id": sent.json()["id"]}]}, headers=visitor)
    assert said.status_code == 200, said.text
    [message] = said.json()["messages"]
    assert message["media"][0]["id"] == sent.json()["id"]  # it is known as our own, and signed for its reader
    return str(message["text"])


@pytest.fixture
def photo_file(tmp_path: Path) -> str:
    file = tmp_path / "photo.yaml"
    file.write_text(PHOTO)
    return str(file)


@pytest.mark.parametrize("way", PARENTS)
async def test_a_visitors_file_is_read_below_the_mount(flow_file: str, sqlite_url: str, way: str) -> None:
    bot = a_bot(flow_file, sqlite_url, botflow_public_url=PUBLIC + PARENTS[way][1])
    async with mounted(bot, way) as client:
        opened = await client.post("/chat/order/sessions")
        visitor = {"authorization": f"Bearer {opened.json()['token']}"}
        file = await client.post("/chat/order/files?name=a%20plan.pdf", content=b"%PDF-1.7", headers=visitor)
        message = {"text": "Ann", "media": [{"id": file.json()["id"]}]}
        await client.post("/chat/order/messages", json=message, headers=visitor)
        history = (await client.get("/chat/order/messages", headers=visitor)).json()["messages"]
        [kept] = [medium for one in history for medium in one.get("media", [])]
        for url in (file.json()["url"], kept["url"]):
            assert (await client.get(httpx2.URL(client.base_url.join("/")).join(url))).content == b"%PDF-1.7"


@pytest.mark.parametrize("way", PARENTS)
async def test_a_files_addresses_lead_below_the_mount(flow_file: str, sqlite_url: str, way: str) -> None:
    photo, path = b"\x89PNG\r\n\x1a\n" + bytes(200), PARENTS[way][1]
    async with mounted(a_bot(flow_file, sqlite_url), way) as client:
        opened = (await client.post("/chat/order/sessions")).json()
        visitor = {"authorization": f"Bearer {opened['token']}"}
        kind = {"content-type": "image/png"}
        sent = await client.post("/chat/order/files?name=a.png", content=photo, headers=visitor | kind)
        await client.post("/chat/order/messages", json={"media": [{"id": sent.json()["id"]}]}, headers=visitor)
        history = (await client.get("/chat/order/messages", headers=visitor)).json()["messages"]
        [medium] = next(one["media"] for one in history if one.get("media"))
        addresses = [sent.json()["url"], medium["url"]]
        host = str(client.base_url).removesuffix("/").removesuffix(path)
        read = [(await client.get(host + address)).content for address in addresses]

    assert all(address.startswith(f"{path}/chat/order/files/") for address in addresses)
    assert read == [photo, photo]


@pytest.mark.parametrize("way", PARENTS)
async def test_what_the_flow_keeps_of_a_file_leads_to_it(photo_file: str, sqlite_url: str, way: str) -> None:
    path = PARENTS[way][1]
    auth = {"authorization": f"Bearer {API_KEY}"}
    async with mounted(a_bot(photo_file, sqlite_url, botflow_public_url=None), way) as client:
        kept = await photo_sent(client, host="evil.example")
        host = str(client.base_url).removesuffix("/").removesuffix(path)
        from_page = (await client.get(host + kept)).content
        lines = (await client.get("/api/v1/results?workflow=photo&format=jsonl", headers=auth)).json()
        table = (await client.get("/api/v1/results?workflow=photo&format=csv", headers=auth)).text
        one = (await client.get(f"/api/v1/executions/{lines['execution']}", headers=auth)).json()
        exported = lines["variables"]["photo"]["url"]
        from_table = (await client.get(exported)).content

    assert kept.startswith(f"{path}/chat/photo/files/")
    assert (from_page, from_table) == (PNG, PNG)
    assert exported == host + kept
    assert lines["variables"]["deep"] == [{"url": exported}]
    assert exported in table
    assert one["variables"]["photo"]["url"] == exported


@pytest.mark.parametrize("way", PARENTS)
@pytest.mark.parametrize("says_the_mount", [True, False])
async def test_with_a_public_url_all_of_it_begins_with_it(
    photo_file: str, sqlite_url: str, way: str, says_the_mount: bool
) -> None:
    path = PARENTS[way][1]
    public = PUBLIC + (path if says_the_mount else "")
    async with mounted(a_bot(photo_file, sqlite_url, botflow_public_url=public), way) as client:
        kept = await photo_sent(client, host="evil.example")
        results = await client.get(
            "/api/v1/results?workflow=photo&format=jsonl",
            headers={"authorization": f"Bearer {API_KEY}", "host": "evil.example"},
        )

    assert kept.startswith(f"{PUBLIC}{path}/chat/photo/files/")
    assert results.json()["variables"]["photo"]["url"] == kept


@pytest.mark.parametrize(
    ("proxies", "origin"), [("127.0.0.1", "https://shop.example"), (None, None), ("10.0.0.7", None)]
)
async def test_an_export_believes_what_a_trusted_proxy_forwards_and_no_other_peer(
    photo_file: str, sqlite_url: str, proxies: str | None, origin: str | None
) -> None:
    more = {"botflow_trusted_proxies": proxies} if proxies else {}
    bot = a_bot(photo_file, sqlite_url, botflow_public_url=None, **more)
    async with (
        running(starlette(bot), proxy_headers=False) as url,
        httpx2.AsyncClient(base_url=f"{url}/bot", timeout=20) as client,
    ):
        kept = await photo_sent(client)
        forwarded = {"x-forwarded-proto": "https", "x-forwarded-host": "evil.example, shop.example"}
        results = await client.get(
            "/api/v1/results?workflow=photo&format=jsonl",
            headers={"authorization": f"Bearer {API_KEY}", **forwarded},
        )

    assert results.json()["variables"]["photo"]["url"] == (origin or url) + kept


@pytest.mark.parametrize("public", [None, PUBLIC])
def test_an_address_elsewhere_that_looks_like_a_files_stays_as_it_is(public: str | None) -> None:
    links = FileLinks(Keyring(SECRET), lambda: public)
    path = f"/chat/order/files/{'a' * 32}"
    foreign = [f"https://evil.example{path}", f"{PUBLIC}.evil.example{path}", f"//evil.example{path}"]

    assert [links.shown({"url": url}, 1, "")["url"] for url in foreign] == foreign
    assert links.shown({"url": f"{public or ''}{path}"}, 1, "/bot")["url"].startswith(f"/bot{path}?")
