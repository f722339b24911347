"""Requests within conversations: what a flow writes, what the service gets, and what the person is told."""

from __future__ import annotations

import pytest

from tests.http.service import Service, answer, open_service
from tests.web.site import open_site

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"])
LOOPBACK = ("127.0.0.1",)
ORDER = """
botflow: 1
id: order
name: Orders
nodes:
  - {id: start, type: chatbot, actionType: message_received, next: item}
  - {id: item, type: chatbot, actionType: ask, properties: {text: "Which item?", variable: item}}
  - {id: qty, type: chatbot, actionType: ask, properties: {text: "How many?", variable: qty, expect: integer}}
  - id: order
    type: http
    actionType: request
    properties:
      method: POST
      url: "URL/shops/{{ item }}/orders?by={{ item }}"
      query: {lang: de, none: "{{ nothing }}", tags: ["{{ item }}", 2]}
      headers: {X-Item: "{{ item }}"}
      json: {item: "{{ item }}", qty: "{{ qty }}", note: "{{ qty }} pieces", all: [{deep: "{{ item }}"}]}
      variable: whole
      output: {number: "{{ $response.body.id }}", text: "No. {{ $response.body.id }} for {{ item }}"}
    on: {next: thanks, error: sorry}
  - {id: thanks, type: chatbot, actionType: say, properties: {text: "{{ text }} {{ number + 1 }} {{ whole.ok }}"}}
  - id: sorry
    type: chatbot
    actionType: say
    properties: {text: "{{ $order.status }} {{ $order.code }} {{ $order.body.why }} {{ $order.headers.retry }}"}
edges:
  - {id: e1, source: item, sourceHandle: answered, target: qty}
  - {id: e2, source: qty, sourceHandle: answered, target: order}
"""


def order_at(service: Service) -> str:
    return ORDER.replace("URL", service.url)


async def test_values_of_the_person_reach_the_service_and_values_of_the_service_the_person(database_url: str) -> None:
    async with open_service() as service:
        service.answers["/shops/a%2Fb%3F%23..%20c/orders"] = answer({"id": 7, "ok": True})
        async with open_site(database_url, flows=(order_at(service),), botflow_flow_networks=LOOPBACK) as site:
            visit = await site.visit()
            await visit.say("hi")
            await visit.say("a/b?#.. c")
            assert await visit.say("3") == ["No. 7 for a/b?#.. c 8 yes"]
    [heard] = service.heard
    assert heard.method == "POST"
    assert heard.json == {"item": "a/b?#.. c", "qty": 3, "note": "3 pieces", "all": [{"deep": "a/b?#.. c"}]}
    assert heard.query == [("by", "a/b?#.. c"), ("lang", "de"), ("tags", "a/b?#.. c"), ("tags", "2")]
    assert heard.headers["x-item"] == "a/b?#.. c"
    assert heard.headers["content-type"] == "application/json"


async def test_a_refusal_leaves_by_error_with_status_body_and_code(database_url: str) -> None:
    async with open_service() as service:
        service.answers["/shops/bell/orders"] = answer({"why": "sold out"}, status=409, headers={"Retry": "no"})
        async with open_site(database_url, flows=(order_at(service),), botflow_flow_networks=LOOPBACK) as site:
            visit = await site.visit()
            await visit.say("hi")
            await visit.say("bell")
            assert await visit.say("1") == ["409 http.status sold out no"]
    assert len(service.heard) == 1
