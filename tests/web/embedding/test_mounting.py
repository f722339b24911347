"""botflow mounted in other applications: everything works below the mount's path, with the addresses of the mount."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree

import httpx2
import pytest
from starlette.types import Message, Scope
from twilio.request_validator import RequestValidator

import botflow
from botflow.errors import UsageError
from botflow.settings import Settings
from tests.local_client import local_client
from tests.web.embedding.mounted_bots import ORIGIN, PUBLIC, a_bot, mounted
from tests.web.embedding.parents import PARENTS, running, starlette
from tests.web.site import API_KEY, SECRET, TWILIO_TOKEN, texts

EVENT = """
botflow: 1
id: told
executionMode: single
nodes:
  - {id: hook, type: trigger, actionType: webhook, properties: {secret: shop}, next: done}
  - {id: done, type: logic, actionType: end, properties: {output: {got: 1}}}
"""


def sms(sid: str, text: str) -> dict[str, str]:
    return {"MessageSid": sid, "From": "+14155550100", "To": "+14155550199", "Body": text, "NumMedia": "0"}


@pytest.mark.parametrize("way", PARENTS)
async def test_all_of_botflow_works_below_the_mount(flow_file: str, sqlite_url: str, way: str) -> None:
    public = PUBLIC + PARENTS[way][1]
    bot = a_bot(flow_file, sqlite_url, botflow_public_url=public)
    async with mounted(bot, way) as client:
        opened = await client.post("/chat/order/sessions", headers={"origin": ORIGIN})
        visitor = {"authorization": f"Bearer {opened.json()['token']}"}
        said = await client.post("/chat/order/messages", json={"text": "Ann"}, headers=visitor)
        kept = await client.get("/chat/order/messages", headers=visitor)
        async with client.stream("GET", "/chat/order/events", headers=visitor) as stream:
            first = await anext(stream.aiter_lines())
        preflight = await client.options(
            "/chat/order/messages", headers={"origin": ORIGIN, "access-control-request-method": "POST"}
        )
        statuses = [
            (await client.get(path, headers={"authorization": f"Bearer {API_KEY}"})).status_code
            for path in ("/healthz", "/readyz", "/metrics", "/api/v1/executions", "/hooks/order", "/nowhere")
        ]
        paths = ("/chat/order/", "/widget/v1.js", "/dev/workflows")
        page, script, own = [await client.get(path) for path in paths]
        answered, reported = await _by_sms(client, public)

    assert opened.status_code == 201
    assert opened.headers["access-control-allow-origin"] == ORIGIN
    assert preflight.headers["access-control-allow-origin"] == ORIGIN
    assert texts(said.json()) == ["What would you like, Ann?"]
    assert [one["direction"] for one in kept.json()["messages"]][-2:] == ["in", "out"]
    assert first == "retry: 1000"
    assert statuses == [200, 200, 200, 200, 405, 404]
    assert (page.status_code, script.status_code, own.json()["named"]) == (200, 200, ["order"])
    assert 'src="../../widget/v1.js"' in page.text
    assert answered == ["What's your name?"]
    assert reported == 204


async def _by_sms(client: httpx2.AsyncClient, public: str) -> tuple[list[str], int]:
    """Send a signed text; return the answer, and the status for a signed report to the answer's callback address."""
    validator = RequestValidator(TWILIO_TOKEN)
    form = sms("SM1", "hi")
    signed = {"x-twilio-signature": validator.compute_signature(f"{public}/twilio/order", form)}
    answer = await client.post("/twilio/order", data=form, headers=signed)
    assert answer.status_code == 200, answer.text
    document = ElementTree.fromstring(answer.content)
    [callback] = [one.attrib["statusCallback"] for one in document.iter("Message")]
    assert callback.startswith(f"{public}/twilio/order/status?")
    report = {"MessageSid": "SM2", "MessageStatus": "delivered"}
    signed = {"x-twilio-signature": validator.compute_signature(callback, report)}
    path = callback.removeprefix(public)
    confirmed = await client.post(path, data=report, headers=signed)
    forged = await client.post(path, data={**report, "MessageStatus": "failed"}, headers=signed)
    assert forged.status_code == 403
    return [body.text or "" for body in document.iter("Body")], confirmed.status_code


@pytest.mark.parametrize("way", ["Starlette", "by path", "nested"])
async def test_a_public_url_without_a_path_is_the_parents(flow_file: str, sqlite_url: str, way: str) -> None:
    async with mounted(a_bot(flow_file, sqlite_url), way) as client:
        answered, reported = await _by_sms(client, PUBLIC + PARENTS[way][1])

    assert (answered, reported) == (["What's your name?"], 204)


async def test_behind_a_proxy_that_takes_its_path_away_the_servers_root_path_counts(
    flow_file: str, sqlite_url: str
) -> None:
    bot = a_bot(flow_file, sqlite_url, botflow_public_url=f"{PUBLIC}/outside")
    async with (
        running(bot, root_path="/outside") as url,
        local_client(base_url=url) as client,
    ):
        answered, reported = await _by_sms(client, f"{PUBLIC}/outside")

    assert (answered, reported) == (["What's your name?"], 204)


@pytest.mark.parametrize(
    ("way", "leads_to"), [("Starlette", "/bot/?a=b"), ("by path", "/bot/?a=b"), ("FastAPI", "/bot/?a=b")]
)
async def test_the_mounts_own_path_leads_to_the_page(flow_file: str, sqlite_url: str, way: str, leads_to: str) -> None:
    async with mounted(a_bot(flow_file, sqlite_url), way) as client:
        url = str(client.base_url).rstrip("/") + "?a=b"
        page = await client.get(httpx2.URL(url), follow_redirects=True)

    assert page.status_code == 200
    assert page.url.raw_path.decode() == leads_to
    assert 'src="widget/page/dev.js"' in page.text


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_without_a_lifespan_requests_get_503_with_advice(flow_file: str, sqlite_url: str, method: str) -> None:
    bot = a_bot(flow_file, sqlite_url)
    async with running(PARENTS["by path"][0](bot), lifespan="off") as url, local_client(base_url=url) as client:
        refused = await client.request(method, "/bot/chat/order/sessions")
        async with bot.lifespan():
            opened = await client.post("/bot/chat/order/sessions")
        stopped = await client.request(method, "/bot/chat/order/sessions")
        async with bot.lifespan():
            again = await client.post("/bot/chat/order/sessions")

    assert (opened.status_code, again.status_code) == (201, 201)
    for answer in (refused, stopped):
        assert (answer.status_code, answer.json()["code"]) == (503, "app.not_started")
        assert "lifespan" in answer.json()["hint"]
        assert int(answer.headers["retry-after"]) > 0


async def test_a_lifespan_that_runs_already_is_refused(flow_file: str, sqlite_url: str) -> None:
    bot = a_bot(flow_file, sqlite_url)
    async with bot.lifespan():
        with pytest.raises(UsageError) as refused:
            async with bot.lifespan():
                pass
        assert bot.desk.runtime.flows.get("order").slug == "order"
    assert refused.value.code == "app.started_twice"


async def test_a_failed_start_says_why_and_can_be_repeated(flow_file: str, sqlite_url: str) -> None:
    first, second = a_bot(flow_file, sqlite_url), a_bot(flow_file, sqlite_url)
    sent: list[Message] = []
    messages: list[Message] = [{"type": "lifespan.startup"}]

    async def receive() -> Message:
        return messages.pop(0)

    async def send(message: Message) -> None:
        sent.append(message)

    async with first.lifespan():
        with pytest.raises(UsageError):
            await second({"type": "lifespan"}, receive, send)
    messages += [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}]
    await second({"type": "lifespan"}, receive, send)

    assert [one["type"].removeprefix("lifespan.") for one in sent] == [
        "startup.failed",
        "startup.complete",
        "shutdown.complete",
    ]
    assert sent[0]["message"].startswith("database.in_use: ")
    assert "Traceback" not in sent[0]["message"]


async def test_two_in_one_process_do_not_mix(flow_file: str, sqlite_url: str, postgres_url: str) -> None:
    """Different databases, secrets and keys; the token of one is none of the other."""
    other = Settings(
        botflow_database_url=postgres_url, botflow_secret_key="x9" + SECRET, botflow_api_key="another-" + API_KEY
    )
    one, two = a_bot(flow_file, sqlite_url), botflow.asgi(flow_file, other, environment={}, migrate=False)
    async with running(starlette(one)) as first, running(starlette(two)) as second, local_client() as client:
        tokens = []
        for url in (first, second):
            opened = await client.post(f"{url}/bot/chat/order/sessions")
            tokens.append(opened.json()["token"])
        answers = [
            await client.post(
                f"{url}/bot/chat/order/messages", json={"text": "Ann"}, headers={"authorization": f"Bearer {token}"}
            )
            for url in (first, second)
            for token in tokens
        ]
        keys = [
            (await client.get(f"{url}/bot/api/v1/executions", headers={"authorization": f"Bearer {key}"})).status_code
            for url in (first, second)
            for key in (API_KEY, "another-" + API_KEY)
        ]

    assert [answer.status_code for answer in answers] == [200, 401, 401, 200]
    assert keys == [200, 401, 401, 200]


async def test_two_on_one_database_serve_the_same_conversations(flow_file: str, postgres_url: str) -> None:
    one, two = (a_bot(flow_file, postgres_url) for _ in range(2))
    async with running(starlette(one)) as first, running(starlette(two)) as second, local_client() as client:
        opened = await client.post(f"{first}/bot/chat/order/sessions")
        visitor = {"authorization": f"Bearer {opened.json()['token']}"}
        said = []
        for url, text in ((second, "Ann"), (first, "Pizza")):
            said.append(await client.post(f"{url}/bot/chat/order/messages", json={"text": text}, headers=visitor))

    assert [texts(answer.json())[0] for answer in said] == ["What would you like, Ann?", "One pizza for Ann."]


async def test_a_websocket_is_refused(flow_file: str, sqlite_url: str) -> None:
    bot = a_bot(flow_file, sqlite_url)
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    async def send(message: Message) -> None:
        sent.append(message)

    scope: Scope = {"type": "websocket", "path": "/bot/chat/order/events", "root_path": "/bot", "headers": []}
    async with bot.lifespan():
        await bot(scope, receive, send)

    assert [one["type"] for one in sent] == ["websocket.close"]
