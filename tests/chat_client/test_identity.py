"""Visitors who sign in and out with botflow-chat.js: what they said comes along, and nobody sees another's."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from tests.chat_client.talks import ECHO, run_script
from tests.chat_client.wire import WELL, Fault, Request, Wire, answer
from tests.web.chat.site_users import IDENTITY, claims, token, trust
from tests.web.site import Site, open_site

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group("chat_client")]
USERS = ECHO.replace("id: echo", f"id: users\n{IDENTITY}")
MEMBERS = ECHO.replace("id: echo", "id: members\nchat: {identity: {credentials: [site], required: true}}")
EXPIRED = answer("401 Unauthorized", '{"code": "token.expired"}', media_type="application/problem+json")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    file = shutil.copy(sqlite_template, tmp_path_factory.mktemp("people") / "botflow.db")
    async with open_site(f"sqlite:///{file}", flows=[USERS, MEMBERS]) as opened:
        await trust(opened)
        yield opened


async def told(site: Site, name: str, decide: Callable[[Request], Fault] = lambda _: WELL) -> Any:
    """Return what a scenario tells; each has people of its own."""
    ann, bob, forged = (token(f"{who}-{name}", **more) for who, more in PEOPLE)
    now = claims()["iat"]
    short = token(f"ann-{name}", iat=now, exp=now + 4)
    wire = Wire(site.url, decide=decide)
    async with wire.listening() as url:
        return await run_script("people.mjs", name, url, {"ann": ann, "bob": bob, "forged": forged, "short": short})


PEOPLE: tuple[tuple[str, dict[str, Any]], ...] = (("ann", {}), ("bob", {}), ("eve", {"key": "x" * 40}))


def shown(*texts: str) -> list[str]:
    return sorted(["Hello!", *(f"{verb}{text}" for text in texts for verb in ("", "heard ", "noted "))])


async def test_an_anonymous_conversation_is_taken_along(site: Site) -> None:
    assert await told(site, "takenAlong") == {"isOpen": True, "texts": shown("one", "two"), "opened": 2, "lost": []}


async def test_what_an_anonymous_visitor_could_not_send_is_sent_once_by_the_signed_user(site: Site) -> None:
    anonymous: set[str] = set()

    def decide(request: Request) -> Fault:
        if request.call != "POST messages":
            return WELL
        anonymous.update([] if anonymous else [request.token])
        return Fault(kind="refuse" if request.token in anonymous else "pass")

    assert await told(site, "unsentComesAlong", decide) == {"texts": shown("one"), "opened": 2, "lost": []}


async def test_who_signs_out_leaves_nothing_behind(site: Site) -> None:
    """Elsewhere the next person at the computer reads on in the last one's conversation, or they lose it for ever."""
    assert await told(site, "signedOut") == {
        "after": ["Hello!"],
        "isKept": False,
        "bobs": ["Hello!"],
        "again": ["Hello!", "secret", "heard secret", "noted secret"],
    }


async def test_a_page_without_a_user_shows_nothing_of_the_last_one(site: Site) -> None:
    assert await told(site, "nextVisitor") == {"stranger": ["Hello!"], "unsent": [], "back": shown("one", "two")}


async def test_a_refused_token_is_renewed_without_a_word(site: Site) -> None:
    """Elsewhere the page must be loaded again after the computer has slept."""
    refusals = [EXPIRED]

    def decide(request: Request) -> Fault:
        return refusals.pop() if refusals and b'"two"' in request.body else WELL

    assert await told(site, "renewed", decide) == {
        "asked": 2,
        "texts": shown("one", "two"),
        "opened": 1,
        "lost": [],
    }


async def test_a_token_is_renewed_before_it_ends(site: Site) -> None:
    assert await told(site, "renewedInTime") == {"isRenewed": True, "texts": shown("one"), "opened": 1, "lost": []}


async def test_a_workflow_for_signed_users_opens_when_one_signs_in(site: Site) -> None:
    assert await told(site, "required") == {
        "isOpen": False,
        "lost": ["identity.required"],
        "isOpenThen": True,
        "texts": ["Hello!"],
    }


async def test_a_site_that_fails_is_asked_again_and_a_forged_token_costs_no_conversation(site: Site) -> None:
    assert await told(site, "failing") == {
        "isOpen": True,
        "states": ["connecting", "online"],
        "isIn": False,
        "lost": ["identity.invalid"],
        "isKept": True,
    }
