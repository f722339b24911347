"""The browser's client and the server, when a site signs a visitor in: under Node.js, against a real server."""

from __future__ import annotations

from typing import Any

from tests.chat_client.talks import ECHO, run_script
from tests.web.chat.site_users import IDENTITY, token, trust
from tests.web.site import Site, open_site

SIGNING = ECHO.replace("id: echo", f"id: echo\n{IDENTITY}", 1)
ONE = ["one", "heard one", "noted one"]


async def told(site: Site, name: str, identity: str) -> Any:
    return await run_script("sign_ins.mjs", name, site.url, identity)


async def test_a_visitor_signs_in_and_the_conversation_comes_along(sqlite_url: str) -> None:
    async with open_site(sqlite_url, flows=[SIGNING]) as site:
        await trust(site)
        assert await told(site, "along", token("ann")) == {
            "begun": ["Hello!"],
            "signed": ["Hello!", *ONE],
            "isNew": False,
            "elsewhere": ["Hello!", *ONE, "two", "heard two", "noted two"],
        }
        older = await told(site, "older", token("bob"))
        assert older == {
            "signed": ["Hello!", "mine", "heard mine", "noted mine"],
            "said": ["heard again mine", "noted again mine"],
        }
        wrong = token("ann", key="another-secret-that-is-long-enough-for-this")
        assert await told(site, "refused", wrong) == {"isOpen": False, "lost": ["identity.invalid"]}
