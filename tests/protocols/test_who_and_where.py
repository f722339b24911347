"""Who may speak in the protocols of one turn a request, and from which pages: as in the chat itself."""

from __future__ import annotations

from typing import Any

import pytest

from botflow.records.sessions import VISITOR
from botflow.web.auth.session_tokens import Visitor
from tests.protocols.openai_client import heard
from tests.web.api.calls import organization_key
from tests.web.chat.site_users import CLOSED, signed, trust
from tests.web.site import API_KEY, ORDER, open_site

PROTOCOLS = "protocols: [openai, ai-sdk, ag-ui]"
FLOWS = (
    CLOSED.replace("chat: {", f"chat: {{{PROTOCOLS}, "),
    f'{ORDER}chat: {{{PROTOCOLS}, origins: ["https://shop.example"]}}\n',
)


def requests_of(workflow: str) -> dict[str, dict[str, Any]]:
    """Return a request of each protocol, by its path."""
    parts = [{"type": "text", "text": "hi"}]
    message = {"id": "m1", "role": "user", "content": "hi", "parts": parts}
    return {
        "/v1/chat/completions": {"model": workflow, "messages": [message]},
        "/v1/responses": {"model": workflow, "input": "hi"},
        f"/chat/{workflow}/ai-sdk": {"id": "c", "messages": [message]},
        f"/chat/{workflow}/ag-ui": {"threadId": "t", "runId": "r", "messages": [{**message, "id": "m2"}]},
    }


async def test_who_may_speak(sqlite_url: str, subtests: pytest.Subtests) -> None:
    async with open_site(sqlite_url, flows=FLOWS) as site:
        await trust(site)
        foreign = {"authorization": f"Bearer {await organization_key(site)}", "botflow-external-id": "anna"}
        stranger = {"authorization": f"Bearer {site.desk.gate.sign(Visitor('closed', VISITOR + 'x'))}"}
        ann = await signed(site, workflow="closed")
        for path, body in requests_of("closed").items():
            with subtests.test(path):
                refused = {
                    "identity.required": await site.client.post(path, json=body, headers=stranger),
                    "workflow.unknown": await site.client.post(path, json=body, headers=foreign),
                    "token.missing": await site.client.post(path, json=body),
                }
                for code, answer in refused.items():
                    assert 401 <= answer.status_code <= 404, answer.text
                    problem = answer.json()
                    assert problem.get("error", problem)["code"] == code
                said = await site.client.post(path, json=body, headers=ann.headers)
                assert said.status_code == 200, said.text
        assert (await site.client.get("/v1/models", headers=foreign)).json()["data"] == []
        assert len(await heard(site, "ann", "closed")) == len(requests_of("closed"))
        assert await heard(site, "anna", "closed") == []


async def test_from_which_pages(sqlite_url: str, subtests: pytest.Subtests) -> None:
    async with open_site(sqlite_url, flows=FLOWS) as site:
        visitor = await site.visit()
        evil, shop = {"origin": "https://evil.example"}, {"origin": "https://shop.example"}
        asks = {"access-control-request-method": "POST", "access-control-request-headers": "authorization,content-type"}
        for path, body in list(requests_of("order").items())[2:]:
            with subtests.test(path):
                refused = await site.client.post(path, json=body, headers={**visitor.headers, **evil})
                assert (refused.status_code, refused.json()["code"]) == (403, "origin.refused")
                assert (await site.client.options(path, headers={**shop, **asks})).status_code == 200
                said = await site.client.post(path, json=body, headers={**visitor.headers, **shop})
                assert said.headers["access-control-allow-origin"] == "https://shop.example"
        by_key = {"authorization": f"Bearer {API_KEY}", "botflow-external-id": "anna"}
        assert await heard(site, visitor.external_id) == ["hi", "hi"]
        preflight = await site.client.options("/v1/chat/completions", headers={**shop, **asks})
        assert "access-control-allow-origin" not in preflight.headers
        assert (await site.client.get("/v1/models", headers=by_key)).status_code == 200
