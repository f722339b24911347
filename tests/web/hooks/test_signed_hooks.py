"""Signed webhooks: fresh, by the present or a former secret, and one execution however often they come."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from itertools import product
from typing import Any

import httpx2
import orjson
import pytest
from structlog.testing import capture_logs

from tests.engine.conversation import node
from tests.triggering.workflows_to_start import publish, run_flow, runs
from tests.web.hooks.signing_services import SECRETS, sign, signature_of
from tests.web.site import Site, open_site

SCHEMES = list(SECRETS)
TIMED = ["stripe", "slack", "svix"]
BODY = b'{"id": "evt_1", "order": 1}'


@pytest.fixture
async def site(database_url: str) -> AsyncIterator[Site]:
    """A site with a webhook of each scheme."""
    async with open_site(database_url, worker=None) as opened:
        flows = []
        for scheme, (present, former) in SECRETS.items():
            await opened.runtime.vault.add(scheme, "webhook", {"secret": present})
            await opened.runtime.vault.add(f"{scheme}-former", "webhook", {"secret": former})
            signature = signature_of(scheme)
            hook = node(
                "hook", "trigger.webhook", secret=scheme, formerSecrets=[f"{scheme}-former"], signature=signature
            )
            flows.append(run_flow(scheme, hook))
        await publish(opened.runtime.database, *flows)
        await opened.runtime.flows.refresh()
        yield opened


async def post(site: Site, scheme: str, headers: dict[str, str], body: bytes = BODY) -> httpx2.Response:
    return await site.client.post(
        f"/hooks/{scheme}", content=body, headers={"content-type": "application/json", **headers}
    )


def now() -> int:
    return int(time.time())


class Runs:
    """What was started since this was made, in the order of its start."""

    def __init__(self, site: Site, before: int) -> None:
        self._site = site
        self._before = before

    @classmethod
    async def from_now_on(cls, site: Site) -> Runs:
        return cls(site, len(await runs(site.runtime.database)))

    async def inputs(self) -> list[Any]:
        return [run.input for run in (await runs(self._site.runtime.database))[self._before :]]


async def test_a_request_that_the_service_signed_starts_a_run(site: Site, subtests: pytest.Subtests) -> None:
    for scheme in SCHEMES:
        with subtests.test(msg=scheme):
            started = await Runs.from_now_on(site)
            answer = await post(site, scheme, sign(scheme, [SECRETS[scheme][0]], BODY, now()))

            assert answer.status_code == 202, answer.text
            assert await started.inputs() == [orjson.loads(BODY)]


async def test_the_same_signed_request_is_the_same_delivery(site: Site, subtests: pytest.Subtests) -> None:
    for scheme in SCHEMES:
        with subtests.test(msg=scheme):
            started = await Runs.from_now_on(site)
            headers = sign(scheme, [SECRETS[scheme][0]], BODY, now())

            first = await post(site, scheme, headers)
            again = await post(site, scheme, {**headers, "idempotency-key": "another", "x-github-delivery": "another"})

            assert (first.status_code, again.status_code) == (202, 202)
            assert first.json() == again.json()
            assert len(await started.inputs()) == 1


async def test_a_delivery_that_is_signed_again_is_the_same(site: Site, subtests: pytest.Subtests) -> None:
    for scheme in SCHEMES:
        with subtests.test(msg=scheme):
            started = await Runs.from_now_on(site)
            present, former = SECRETS[scheme]
            answers = [
                await post(site, scheme, sign(scheme, [secret], BODY, at))
                for secret, at in ((former, now() - 100), (present, now() - 50), (present, now()))
            ]

            assert [answer.status_code for answer in answers] == [202] * 3
            assert len({answer.json()["executionId"] for answer in answers}) == 1
            assert len(await started.inputs()) == 1


async def test_another_delivery_starts_another_run(site: Site, subtests: pytest.Subtests) -> None:
    for scheme in SCHEMES:
        with subtests.test(msg=scheme):
            started = await Runs.from_now_on(site)
            for number in (1, 2):
                body = b'{"id": "evt_%d"}' % number
                headers = sign(scheme, [SECRETS[scheme][0]], body, now(), f"msg_{number}")
                assert (await post(site, scheme, headers, body)).status_code == 202

            assert len(await started.inputs()) == 2


async def test_an_event_that_has_changed_when_it_is_sent_again_is_the_same_delivery(site: Site) -> None:
    secret = SECRETS["stripe"][0]
    bodies = [b'{"id": "evt_1", "pending_webhooks": 2}', b'{"id": "evt_1", "pending_webhooks": 1}']
    answers = [await post(site, "stripe", sign("stripe", [secret], body, now()), body) for body in bodies]

    assert [answer.status_code for answer in answers] == [202, 202]
    assert answers[0].json() == answers[1].json()


async def test_one_of_several_signatures_in_a_header_is_enough(site: Site, subtests: pytest.Subtests) -> None:
    for scheme in SCHEMES:
        with subtests.test(msg=scheme):
            other = "whsec_b3RoZXItb3RoZXItb3RoZXItb3RoZXI="
            headers = sign(scheme, [other, SECRETS[scheme][1]], BODY, now())

            assert (await post(site, scheme, headers)).status_code == 202


async def test_one_of_several_headers_with_signatures_is_enough(site: Site, subtests: pytest.Subtests) -> None:
    for scheme in SCHEMES:
        with subtests.test(msg=scheme):
            other, right = [
                sign(scheme, [secret], BODY, now())
                for secret in ("whsec_b3RoZXItb3RoZXItb3RoZXItb3RoZXI=", SECRETS[scheme][0])
            ]
            headers = [*other.items(), *right.items(), *other.items(), ("content-type", "application/json")]

            answer = await site.client.post(f"/hooks/{scheme}", content=BODY, headers=headers)

            assert answer.status_code == 202, answer.text


@pytest.mark.parametrize("name", ["webhook-id", "webhook-timestamp"])
async def test_of_a_signed_header_that_is_there_twice_none_counts(site: Site, name: str) -> None:
    headers = sign("svix", [SECRETS["svix"][0]], BODY, now())

    for others in ([(name, "1")], [(name, headers[name]), (name, "1")]):
        answer = await site.client.post("/hooks/svix", content=BODY, headers=[*others, *headers.items()])
        assert answer.status_code == 401, answer.text
    assert await runs(site.runtime.database) == []


@pytest.mark.parametrize("challenge", ["3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P", "<b>ü</b>"])
async def test_slack_reads_its_challenge_back_when_an_address_is_entered(site: Site, challenge: str) -> None:
    body = orjson.dumps({"token": "xyz", "challenge": challenge, "type": "url_verification"})
    answer = await post(site, "slack", sign("slack", [SECRETS["slack"][0]], body, now()), body)

    assert (answer.status_code, answer.text) == (200, challenge)
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert await runs(site.runtime.database) == []


async def test_a_challenge_that_slack_did_not_sign_is_not_read_back(site: Site) -> None:
    body = b'{"challenge": "read-me-back", "type": "url_verification"}'
    headers = sign("slack", ["0f000000000000000000000000000000"], body, now())
    stale = sign("slack", [SECRETS["slack"][0]], body, now() - 900)

    for refused in (await post(site, "slack", headers, body), await post(site, "slack", stale, body)):
        assert refused.status_code == 401
        assert "read-me-back" not in refused.text


NO_CHALLENGES = (
    ("github", b'{"challenge": "abc", "type": "url_verification"}'),
    ("slack", b'{"challenge": "abc", "type": "event_callback"}'),
    ("slack", b'{"challenge": 7, "type": "url_verification"}'),
    ("slack", b'{"challenge": "", "type": "url_verification"}'),
    ("slack", b'{"challenge": "%s", "type": "url_verification"}' % (b"a" * 501)),
    ("slack", b'["url_verification"]'),
)


async def test_what_is_no_challenge_of_slack_starts_a_run(site: Site, subtests: pytest.Subtests) -> None:
    for scheme, body in NO_CHALLENGES:
        with subtests.test(msg=f"{scheme} {body[:50]!r}"):
            started = await Runs.from_now_on(site)
            answer = await post(site, scheme, sign(scheme, [SECRETS[scheme][0]], body, now()), body)

            assert answer.status_code == 202, answer.text
            assert await started.inputs() == [orjson.loads(body)]


async def test_a_signature_from_another_time_is_refused(site: Site, subtests: pytest.Subtests) -> None:
    before = await site.state_hash()
    for scheme, seconds in product(TIMED, (-302, 320)):
        with subtests.test(msg=f"{scheme} {seconds}"):
            answer = await post(site, scheme, sign(scheme, [SECRETS[scheme][0]], BODY, now() + seconds))

            assert (answer.status_code, answer.json()["code"]) == (401, "hook.stale")
            assert await site.state_hash() == before


async def test_a_signature_by_another_secret_is_refused_and_nothing_else_is_said(
    site: Site, subtests: pytest.Subtests
) -> None:
    """Whatever its time is: who does not know the secret learns nothing."""
    other = "whsec_b3RoZXItb3RoZXItb3RoZXItb3RoZXI="
    before = await site.state_hash()
    for scheme, seconds in product(SCHEMES, (-900, 0)):
        with subtests.test(msg=f"{scheme} {seconds}"):
            answer = await post(site, scheme, sign(scheme, [other], BODY, now() + seconds))

            expected = (403, "webhook.forged") if scheme == "hmac" else (401, "hook.signature")
            assert (answer.status_code, answer.json()["code"]) == expected
            assert await site.state_hash() == before
            assert not any(secret in answer.text for secret in SECRETS[scheme])


async def test_a_request_without_the_headers_is_told_which_are_missing(site: Site, subtests: pytest.Subtests) -> None:
    for scheme in SCHEMES:
        with subtests.test(msg=scheme):
            names = sign(scheme, [SECRETS[scheme][0]], BODY, now())
            answer = await post(site, scheme, {"authorization": f"Bearer {SECRETS[scheme][0]}"})

            assert (answer.status_code, answer.json()["code"]) == (401, "hook.unsigned")
            assert answer.headers["www-authenticate"] == "Bearer"
            assert next(iter(names)) in answer.json()["hint"].lower()


async def test_a_changed_body_or_delivery_is_refused(site: Site, subtests: pytest.Subtests) -> None:
    for scheme in SCHEMES:
        with subtests.test(msg=scheme):
            started = await Runs.from_now_on(site)
            headers = sign(scheme, [SECRETS[scheme][0]], BODY, now())
            assert (await post(site, scheme, headers, BODY.replace(b"1", b"2"))).status_code in (401, 403)
            if scheme == "svix":
                assert (await post(site, scheme, {**headers, "webhook-id": "msg_2"})).status_code == 401
            assert await started.inputs() == []


async def test_a_secret_that_is_missing_is_not_told_from_a_wrong_signature(site: Site) -> None:
    await site.runtime.vault.set_active("slack", False)
    headers = sign("slack", [SECRETS["slack"][0]], BODY, now())
    with capture_logs() as logs:
        missing = await post(site, "slack", headers)
    assert (missing.status_code, missing.json()["code"]) == (401, "hook.signature")
    assert [line["event"] for line in logs if "secret" in line["event"]] == ["webhook_secret_missing"]


async def test_a_secret_that_cannot_be_a_key_of_the_scheme_is_logged_and_opens_nothing(site: Site) -> None:
    hook = node("hook", "trigger.webhook", secret="unreadable", signature={"scheme": "svix"})
    await site.runtime.vault.add("unreadable", "webhook", {"secret": "whsec_not in base64!"})
    await publish(site.runtime.database, run_flow("odd", hook))
    await site.runtime.flows.refresh()
    headers = sign("svix", [SECRETS["svix"][0]], BODY, now())

    with capture_logs() as logs:
        answer = await site.client.post("/hooks/odd", content=BODY, headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (401, "hook.signature")
    [line] = [line for line in logs if "secret" in line["event"]]
    assert (line["event"], line["workflow"], line["scheme"]) == ("webhook_secret_unusable", "odd", "svix")
    assert "not in base64!" not in str(logs)
    assert await runs(site.runtime.database) == []
