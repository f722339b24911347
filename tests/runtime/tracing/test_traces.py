"""One trace from the webhook to the send, read by a local collector from OpenTelemetry's own exporter."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from types import MappingProxyType

import pytest
from opentelemetry.semconv._incubating.attributes import gen_ai_attributes
from sqlalchemy import cast, or_, select
from sqlalchemy.types import Text

from botflow.runtime.process.timing import Timing
from botflow.runtime.process.worker import WorkerOptions
from botflow.runtime.tracing import descriptions
from botflow.runtime.tracing.tracing import NO_TRACING, traces_of
from botflow.storage.tables import inbounds, outbounds
from tests.stand_ins.openai import OpenAIStandIn
from tests.stand_ins.otlp import Collector, Recorded
from tests.stand_ins.twilio import TwilioStandIn
from tests.twilio.test_conversations import THEM, Phone, until
from tests.web.site import API_KEY, ORDER, Site, open_site
from tests.web.test_turn_metrics import BREAKS, STOCK, WAITS
from tests.web.test_turn_metrics import SHOP as STOCK_PLUGIN

CALLER = "4bf92f3577b34da6a3ce929d0e0e4736"
CALLERS_SPAN = "00f067aa0ba902b7"
PARENT = {"traceparent": f"00-{CALLER}-{CALLERS_SPAN}-01", "tracestate": "vendor=canary-of-a-stranger"}
CHEF = "+15550009999"
WORDS = "canary pizza for my card 4111"
SAID = "The canary model says hello."
COLLECTORS_KEY = "canary-of-the-collector"
SHOP = f"""
botflow: 1
id: shop
name: Shop
nodes:
  - {{id: start, type: chatbot, actionType: message_received, next: answer}}
  - id: answer
    type: ai
    actionType: reply
    properties: {{instructions: "Canary instructions.", fallback: "No."}}
    next: tell
  - id: tell
    type: twilio
    actionType: send_message
    properties: {{to: "{CHEF}", text: "New order: {{{{ $input.text }}}}"}}
"""
WEBHOOK = "POST /{provider}/{workflow}"
SERVER, CLIENT = 2, 3


@pytest.fixture
def twilio() -> Iterator[TwilioStandIn]:
    with TwilioStandIn() as stand_in:
        yield stand_in


@pytest.fixture
def openai() -> Iterator[OpenAIStandIn]:
    with OpenAIStandIn() as stand_in:
        yield stand_in


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> Iterator[Collector]:
    """A collector, and the variables of this process that lead to it: the SDK reads them itself."""
    with Collector() as stand_in:
        for name, value in stand_in.environment.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", f"api-key={COLLECTORS_KEY}")
        yield stand_in


@asynccontextmanager
async def shop(
    database_url: str,
    twilio: TwilioStandIn,
    openai: OpenAIStandIn,
    collector: Collector,
    worker: WorkerOptions | None = WorkerOptions(),  # noqa: B008 -- a frozen value
    more: Mapping[str, str] = MappingProxyType({}),
) -> AsyncIterator[Site]:
    async with open_site(
        database_url,
        flows=(SHOP,),
        worker=worker,
        timing=Timing().scaled(0.2),
        environment={**twilio.environment, **openai.environment, **collector.environment, **more},
        botflow_public_url=twilio.public_url,
    ) as site:
        yield site


async def order(site: Site, twilio: TwilioStandIn, **headers: str) -> None:
    """Text an order as Twilio delivers it, and wait until the chef has it."""
    phone = Phone(twilio, site, "shop")
    site.client.headers.update(headers)
    await phone.text(WORDS)
    for name in headers:
        del site.client.headers[name]
    await until(lambda: bool(twilio.messages(CHEF)))


async def path_of(collector: Collector) -> tuple[Recorded, Recorded, Recorded, Recorded]:
    """Return the spans of the webhook, its turn, its model call and the send to the chef."""
    webhook, turn = await collector.span(WEBHOOK), await collector.span("turn shop")
    call, sent = await collector.span("chat gpt-4.1-mini"), await collector.span("send sms")
    return webhook, turn, call, sent


def check_path(spans: tuple[Recorded, Recorded, Recorded, Recorded]) -> None:
    webhook, turn, call, sent = spans
    assert {span.trace_id for span in spans} == {CALLER}
    assert webhook.parent_id == CALLERS_SPAN
    assert turn.parent_id == webhook.span_id
    assert call.parent_id == turn.span_id
    assert sent.parent_id == turn.span_id
    assert [webhook.kind, call.kind, sent.kind] == [SERVER, CLIENT, CLIENT]
    assert [span.name for span in spans if span.has_failed] == []


async def test_one_trace_leads_from_the_webhook_over_the_model_to_the_send(
    database_url: str, twilio: TwilioStandIn, openai: OpenAIStandIn, collector: Collector
) -> None:
    openai.say(SAID)
    async with shop(database_url, twilio, openai, collector) as site:
        await order(site, twilio, **PARENT)
        spans = webhook, turn, call, sent = await path_of(collector)
        history = await site.client.get(
            "/api/v1/workflows/shop/sessions", headers={"authorization": f"Bearer {API_KEY}"}
        )
    check_path(spans)
    assert webhook.attributes == {
        "http.request.method": "POST",
        "http.route": "/{provider}/{workflow}",
        "http.response.status_code": 200,
    }
    about = turn.attributes
    assert (about["botflow.workflow"], about["botflow.channel"], about["botflow.turn.kind"]) == (
        "shop",
        "sms",
        "message",
    )
    assert (about["botflow.turn.outcome"], about["botflow.messages"], about["botflow.turn"]) == ("completed", 2, 1)
    assert [event["botflow.target"] for name, event in turn.events if name == "edge"] == ["answer", "tell", ""]
    assert call.attributes[gen_ai_attributes.GEN_AI_OPERATION_NAME] == "chat"
    assert call.attributes[gen_ai_attributes.GEN_AI_PROVIDER_NAME] == "openai"
    assert call.attributes[gen_ai_attributes.GEN_AI_REQUEST_MODEL] == "gpt-4.1-mini"
    assert call.attributes[gen_ai_attributes.GEN_AI_USAGE_INPUT_TOKENS] > 0
    assert call.attributes[gen_ai_attributes.GEN_AI_USAGE_OUTPUT_TOKENS] > 0
    assert call.attributes["botflow.node"] == "answer"
    assert (sent.attributes["botflow.channel"], sent.attributes["peer.service"]) == ("sms", "twilio")
    assert sent.attributes["messaging.message.id"] in {message.sid for message in twilio.messages(CHEF)}
    assert sent.resource["service.name"] == "botflow"
    assert collector.headers["api-key"] == COLLECTORS_KEY
    assert history.status_code == 200
    for canary in (b"canary", CHEF.encode(), THEM.encode(), twilio.auth_token.encode(), openai.api_key.encode()):
        assert canary not in collector.received


async def test_the_trace_goes_on_in_the_process_that_takes_the_turn(
    postgres_url: str, twilio: TwilioStandIn, openai: OpenAIStandIn, collector: Collector
) -> None:
    async with (
        shop(postgres_url, twilio, openai, collector, worker=None) as web,
        shop(postgres_url, twilio, openai, collector),
    ):
        await order(web, twilio, **PARENT)
        spans = webhook, turn, call, sent = await path_of(collector)
    check_path(spans)
    assert webhook.instance != turn.instance == call.instance == sent.instance


async def test_what_is_said_is_in_a_models_span_only_if_asked_for(
    sqlite_url: str, twilio: TwilioStandIn, openai: OpenAIStandIn, collector: Collector
) -> None:
    openai.say(SAID)
    captured = {"OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT": "true"}
    async with shop(sqlite_url, twilio, openai, collector, more=captured) as site:
        await order(site, twilio)
        call = await collector.span("chat gpt-4.1-mini")
    assert WORDS in call.attributes[gen_ai_attributes.GEN_AI_INPUT_MESSAGES]
    assert "Canary instructions." in call.attributes[gen_ai_attributes.GEN_AI_SYSTEM_INSTRUCTIONS]
    assert SAID in call.attributes[gen_ai_attributes.GEN_AI_OUTPUT_MESSAGES]
    assert [span.name for span in collector.spans if WORDS in str(span.attributes) and span != call] == []


async def test_turns_runs_and_failures_of_the_chat(database_url: str, collector: Collector) -> None:
    key = {"authorization": f"Bearer {API_KEY}"}
    async with open_site(
        database_url, flows=(ORDER, STOCK, BREAKS, WAITS), plugins=(STOCK_PLUGIN,), environment=collector.environment
    ) as site:
        visit = await site.visit()
        said = await site.client.post("/chat/order/messages", json={"text": WORDS}, headers={**visit.headers, **PARENT})
        assert said.status_code == 200
        await visit.history()
        refused = await site.client.post("/chat/order/messages", json={"text": WORDS})
        assert refused.status_code == 401
        assert await (await site.visit("stock")).say("horse") == ["We do not know."]
        await (await site.visit("breaks")).say("hi")
        await site.client.post("/api/v1/workflows/waits/executions", json={}, headers={**key, **PARENT})
        started = await collector.span("turn waits")
        broken = await collector.span("turn breaks")
    plain = collector.named("turn order")[-1]
    request = next(span for span in collector.spans if span.span_id == plain.parent_id)
    assert (plain.trace_id, request.name) == (CALLER, "POST /chat/{workflow}/messages")
    assert [name for name, _ in plain.events] == ["edge", "wait"]
    assert plain.took_ns > 0
    assert not any(span.name.startswith("GET") for span in collector.spans)
    [denied] = [span for span in collector.spans if span.attributes.get("http.response.status_code") == 401]
    assert (denied.has_failed, denied.attributes["botflow.code"]) == (False, refused.json()["code"])
    of_stock, of_breaks = collector.named("action shop.stock")
    assert (of_stock.status, of_stock.attributes["error.type"]) == ("shop.away", "shop.away")
    assert of_breaks.parent_id == broken.span_id
    assert (broken.has_failed, broken.status) == (True, "shop.away")
    assert [name for name, _ in broken.events][-1] == "failed"
    assert not collector.named("turn stock")[-1].has_failed
    assert started.trace_id == CALLER
    assert WORDS.encode() not in collector.received
    assert b"does not answer" not in collector.received


async def test_without_an_exporter_nothing_is_recorded_stored_or_imported(sqlite_url: str) -> None:
    async with open_site(sqlite_url, flows=(ORDER,), plugins=(STOCK_PLUGIN,)) as site:
        visit = await site.visit()
        await site.client.post("/chat/order/messages", json={"text": "hi"}, headers={**visit.headers, **PARENT})
        assert site.runtime.tracing is NO_TRACING
        found = await site.runtime.database.engine.read(
            lambda connection: connection.execute(
                select(inbounds.c.seq, outbounds.c.seq)
                .outerjoin(outbounds, outbounds.c.session_id == inbounds.c.session_id)
                .where(
                    or_(cast(inbounds.c.content, Text).contains(CALLER), cast(outbounds.c.body, Text).contains(CALLER))
                )
            ).all()
        )
    assert found == []
    program = "import sys, botflow.web.application, botflow.runtime.app; print(*sys.modules)"
    ended = await asyncio.to_thread(
        subprocess.run, [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True
    )
    assert not [name for name in ended.stdout.split() if name.startswith("opentelemetry")]


def test_the_standard_variables_decide_whether_traces_are_recorded() -> None:
    endpoint = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318"}
    assert traces_of({}) == ()
    assert traces_of({"OTEL_SERVICE_NAME": "shop"}) == ()
    assert traces_of(endpoint) == ("otlp",)
    assert traces_of({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://collector:4318/v1/traces"}) == ("otlp",)
    assert traces_of({**endpoint, "OTEL_SDK_DISABLED": "TRUE"}) == ()
    assert traces_of({**endpoint, "OTEL_TRACES_EXPORTER": "none"}) == ()
    assert traces_of({"OTEL_TRACES_EXPORTER": "otlp, console"}) == ("otlp", "console")


def test_attributes_of_model_calls_have_the_names_of_the_conventions() -> None:
    ours = {name for name in vars(descriptions).values() if isinstance(name, str) and name.startswith("gen_ai.")}
    assert ours <= {name for name in vars(gen_ai_attributes).values() if isinstance(name, str)}
