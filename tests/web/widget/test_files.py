"""The widget's files over HTTP: for pages of any site, kept as long as they may be, and with checksums that hold."""

from __future__ import annotations

import base64
import gzip
import hashlib

import pytest

from botflow.errors import UsageError
from botflow.plugins import Plugin, chat_widget, installed_plugins
from tests.web.site import Site


async def test_a_script_is_looked_up_again_after_some_minutes(sqlite_site: Site) -> None:
    for accepted in ("gzip, br", "identity"):
        first = await sqlite_site.client.get("/widget/v1.js", headers={"accept-encoding": accepted})
        same = {"accept-encoding": accepted, "if-none-match": first.headers["etag"]}
        again = await sqlite_site.client.get("/widget/v1.js", headers=same)

        assert first.status_code == 200
        assert first.headers["content-type"] == "text/javascript; charset=utf-8"
        assert first.headers["cache-control"].startswith("public, max-age=300")
        assert first.headers["access-control-allow-origin"] == "*"
        assert first.headers["cross-origin-resource-policy"] == "cross-origin"
        assert first.headers["x-content-type-options"] == "nosniff"
        assert first.headers["vary"] == "accept-encoding"
        assert (again.status_code, again.content) == (304, b"")
        assert first.headers.get("content-encoding") == ("gzip" if "gzip" in accepted else None)


async def test_a_name_with_a_hash_is_kept_for_ever_and_its_checksum_holds(sqlite_site: Site) -> None:
    manifest = (await sqlite_site.client.get("/widget/manifest.json")).json()

    assert {"v1.js", "chat.js", "botflow-chat.js"} <= manifest.keys()
    for name, facts in manifest.items():
        stem, _, suffix = name.rpartition(".")
        path = name if "/" in name else f"{stem}.{facts['hash']}.{suffix}"
        file = await sqlite_site.client.get(f"/widget/{path}")
        digest = base64.b64encode(hashlib.sha384(file.content).digest()).decode()
        assert file.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert facts["integrity"] == f"sha384-{digest}"


async def test_a_page_of_another_site_gets_one_permission_and_not_two(sqlite_site: Site) -> None:
    file = await sqlite_site.client.get("/widget/v1.js", headers={"origin": "https://www.example.com"})

    assert file.headers.get_list("access-control-allow-origin") == ["*"]


@pytest.mark.parametrize("path", ["v2.js", "../__init__.py", "%2e%2e/__init__.py", "..%2f..%2fapp.py", "chunks/", ""])
async def test_nothing_else_is_there(sqlite_site: Site, path: str) -> None:
    file = await sqlite_site.client.get(f"/widget/{path}")

    assert file.status_code == 404


async def test_what_a_visitor_loads_is_small(sqlite_site: Site) -> None:
    manifest = (await sqlite_site.client.get("/widget/manifest.json")).json()
    [chat] = [name for name in manifest if name.startswith("chunks/chat-")]
    sizes = {}
    for name in ("v1.js", chat):
        file = await sqlite_site.client.get(f"/widget/{name}", headers={"accept-encoding": "identity"})
        sizes[name] = len(gzip.compress(file.content, 9, mtime=0))

    assert sizes["v1.js"] < 5_500, "before the chat is opened"
    assert sizes[chat] < 24_000, "when it is opened"


def test_two_plugins_do_not_both_bring_a_widget() -> None:
    [brought] = [plugin for plugin in installed_plugins() if plugin.chat_widget is not None]
    assert chat_widget([]) is None
    with pytest.raises(UsageError, match="both bring a chat widget"):
        chat_widget([brought, Plugin(name="other", chat_widget=brought.chat_widget)])
