"""Who sends a webhook, where a proxy in front has an Authorization header of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.triggering.workflows_to_start import runs
from tests.web.hooks.hook_site import FORMER_SECRET, SECRET, hook, open_hooks, post, started
from tests.web.hooks.signing_services import SECRETS, sign
from tests.web.site import Site

RIGHT, WRONG = ("x-webhook-secret", SECRET), ("x-webhook-secret", "wrong")
FORMER = ("x-webhook-secret", FORMER_SECRET)
EMPTY = ("x-webhook-secret", "")
BASIC = ("authorization", "Basic cHJveHk6c2VjcmV0")
TOKEN = ("authorization", "Bearer eyJhbGciOiJSUzI1NiJ9.of-the-proxy")
BEARER = ("authorization", f"Bearer {SECRET}")


@pytest.fixture
async def site(database_url: str) -> AsyncIterator[Site]:
    github = hook(secret="github", signature={"scheme": "github"})
    async with open_hooks(database_url, plain=hook(formerSecrets=["former"]), github=github) as opened:
        await opened.runtime.vault.add("github", "webhook", {"secret": SECRETS["github"][0]})
        yield opened


PROVED = (
    [BASIC, RIGHT],
    [TOKEN, RIGHT],
    [RIGHT, TOKEN],
    [TOKEN, FORMER],
    [("authorization", "Bearer"), RIGHT],
    [("authorization", ""), RIGHT],
    [("authorization", "Bearer \u00fc"), RIGHT],
    [("proxy-authorization", "Basic cHJveHk6c2VjcmV0"), BEARER],
    [BEARER, EMPTY],
    [RIGHT, RIGHT],
    [RIGHT, FORMER],
    [BASIC, BEARER],
)


async def test_our_header_is_the_proof_beside_a_proxys_own(site: Site, subtests: pytest.Subtests) -> None:
    for headers in PROVED:
        with subtests.test(msg=str(headers)):
            started(await post(site, "plain", headers=headers))
    assert len(await runs(site.runtime.database)) == len(PROVED)


UNPROVED = (
    ([BEARER, WRONG], 403, "webhook.forged"),
    ([WRONG, BEARER], 403, "webhook.forged"),
    ([BASIC, WRONG], 403, "webhook.forged"),
    ([RIGHT, WRONG], 403, "webhook.forged"),
    ([WRONG, RIGHT], 403, "webhook.forged"),
    ([TOKEN, EMPTY], 403, "webhook.forged"),
    ([TOKEN], 403, "webhook.forged"),
    ([TOKEN, BEARER], 403, "webhook.forged"),
    ([BASIC, EMPTY], 401, "hook.unsigned"),
    ([BASIC], 401, "hook.unsigned"),
    ([("proxy-authorization", f"Bearer {SECRET}")], 401, "hook.unsigned"),
)


async def test_a_wrong_secret_is_refused_though_another_header_is_right(site: Site, subtests: pytest.Subtests) -> None:
    before = await site.state_hash()
    for headers, status, code in UNPROVED:
        with subtests.test(msg=str(headers)):
            answer = await post(site, "plain", headers=headers)

            assert (answer.status_code, answer.json()["code"]) == (status, code)
            assert await site.state_hash() == before


@pytest.mark.parametrize("proxy", [BASIC, TOKEN, WRONG])
async def test_a_signature_is_the_proof_beside_a_proxys_header(site: Site, proxy: tuple[str, str]) -> None:
    signed = sign("github", [SECRETS["github"][0]], b"{}", 0)

    started(await post(site, "github", headers=[proxy, *signed.items()]))
    refused = await post(site, "github", b"[]", headers=[proxy, *signed.items()])

    assert (refused.status_code, refused.json()["code"]) == (401, "hook.signature")
