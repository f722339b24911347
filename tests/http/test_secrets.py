"""A credential is used by its name: no table, log or answer holds what is in it, or the token that it gave."""

from __future__ import annotations

from base64 import b64encode
from typing import Any
from urllib.parse import urlsplit

import pytest
from structlog.testing import capture_logs

from tests.dumps import dump_of, places_of
from tests.http.service import Heard, answer, open_service
from tests.web.api.calls import call
from tests.web.site import open_site

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"])
FLOW = """
botflow: 1
id: echo
name: Echo
nodes:
  - {id: start, type: chatbot, actionType: message_received, next: ask}
  - id: ask
    type: http
    actionType: request
    credential: "{{ SET }}"
    properties: {url: "URL/echo", variable: heard, output: {proof: "{{ $response.body.proof }}"}}
    on: {next: told, error: failed}
  - {id: told, type: chatbot, actionType: say, properties: {text: "{{ heard.user }}: {{ proof }}"}}
  - {id: failed, type: chatbot, actionType: say, properties: {text: "{{ $ask.code }}: {{ $ask.message }}"}}
"""
SECRETS = ("bearer-secret-4711", "basic-secret-4711", "header-secret-4711", "oauth-secret-4711", "access-token-4711")


def sets(token_url: str) -> dict[str, dict[str, Any]]:
    """Return the fields of a set of each module. Its service has the token's address."""
    hosts = {"hosts": urlsplit(token_url).netloc}
    plain = {
        "http_bearer": {"token": "bearer-secret-4711"},
        "http_basic": {"username": "annabel", "password": "basic-secret-4711"},
        "http_header": {"header": "X-Api-Key", "value": "header-secret-4711"},
        "http_oauth": {"tokenUrl": token_url, "clientId": "annabel", "clientSecret": "oauth-secret-4711"},
    }
    return {module: fields | hosts for module, fields in plain.items()}


def flow_with(module: str, url: str) -> str:
    """Return the flow whose node uses the set of this module; its id is the module's."""
    named = FLOW.replace('"{{ SET }}"', f"Set of {module}").replace("id: echo", f"id: {module.replace('_', '-')}")
    return named.replace("URL", url)


def echo(heard: Heard) -> bytes:
    """Answer with what was sent, as services do that one looks for faults with."""
    proof = heard.headers.get("authorization") or heard.headers.get("x-api-key") or ""
    return answer({"user": "annabel", "proof": proof, "all": dict(heard.headers)}, headers={"X-Seen": proof})


async def test_what_a_credential_holds_and_gives_is_never_clear(database_url: str) -> None:
    said: list[str] = []
    token = {"access_token": "access-token-4711", "expires_in": 60}
    with capture_logs() as logs:
        async with open_service() as service:
            service.answers |= {"/echo": echo, "/token": answer(token)}
            names = list(sets(""))
            flows = [flow_with(name, service.url) for name in names]
            here = ("127.0.0.1",)
            async with open_site(
                database_url, flows=flows, botflow_flow_networks=here, botflow_webhook_networks=here
            ) as site:
                for name, fields in sets(f"{service.url}/token").items():
                    new = {"module": name, "name": f"Set of {name}", "fields": fields}
                    made = await call(site, "POST", "/credentials", new)
                    assert made.status_code == 201, made.text
                for name in names:
                    visit = await site.visit(name.replace("_", "-"))
                    said += await visit.say("hi")
                proofs = [heard.headers for heard in service.heard if heard.path == "/echo"]
    basic = b64encode(b"annabel:basic-secret-4711").decode()
    assert [proof.get("authorization") for proof in proofs] == [
        "Bearer bearer-secret-4711",
        f"Basic {basic}",
        None,
        "Bearer access-token-4711",
    ]
    assert proofs[2]["x-api-key"] == "header-secret-4711"
    assert said[0] == "annabel: Bearer ***"
    assert "***" in said[1]
    assert said[1:3] == [said[1], "annabel: ***"]
    assert said[3] == "annabel: Bearer ***"
    places = {secret: secret in str(said) or secret in repr(logs) for secret in (*SECRETS, basic)}
    assert not any(places.values()), places
    assert places_of((*SECRETS, basic, basic[12:]), dump_of(database_url)) == {}
