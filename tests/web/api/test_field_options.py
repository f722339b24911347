"""What comboboxes of a node's form offer, over HTTP: an organization's own lists, and those of plugins."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable
from urllib.parse import quote

import pytest

from botflow import NodeFailure, Plugin
from botflow.errors import RejectedInbound
from botflow.interfaces import FieldOption, OptionsRequest
from botflow.service import Principal, Scope, Service, field_options
from tests.web.api.calls import call, foreign_service, hello, key_of, organization_key, outcome
from tests.web.site import Site, open_site

SECRET = "canary-of-a-credential"


async def articles(request: OptionsRequest) -> Iterable[FieldOption]:
    match request.properties.get("shelf"):
        case "broken":
            raise NodeFailure(f"the shelf is broken: {request.credential.get('secret')}", code="shop.shelf")
        case "bug":
            raise ZeroDivisionError(SECRET)
        case "slow":
            await asyncio.sleep(60)
    home = await request.is_home()
    shelf = request.properties.get("shelf", "all")
    names = (f"{shelf}-{number}" for number in range(300))
    return [FieldOption("home" if home else "foreign"), FieldOption("long" * 100), *map(FieldOption, names)]


SHOP = Plugin(name="shop", option_sources={"shop.articles": articles})


def asking(source: str, **query: object) -> str:
    parts = (f"{name}={quote(value if isinstance(value, str) else json.dumps(value))}" for name, value in query.items())
    return f"/field-options/{source}?{'&'.join(parts)}"


async def test_a_plugin_offers_what_it_looks_up_for_the_node(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async with open_site(sqlite_url, plugins=(SHOP,)) as site:
        found = (await call(site, "GET", asking("shop.articles", properties={"shelf": "top"}))).json()
        assert [each["value"] for each in found["items"][:2]] == ["home", "top-0"]
        assert (len(found["items"]), found["next"]) == (100, None)
        one = await call(site, "GET", asking("shop.articles", search="ALL-29"))
        assert [each["label"] for each in one.json()["items"]] == ["all-29", *(f"all-29{digit}" for digit in range(10))]
        service = await foreign_service(site)
        foreign = await call(site, "GET", asking("shop.articles", search="f"), key=await key_of(service))
        assert foreign.json()["items"] == [{"value": "foreign", "label": "foreign"}]

        fields = {"module": "webhook", "name": "Shop", "fields": {"secret": SECRET}}
        assert (await call(site, "POST", "/credentials", fields)).status_code == 201
        monkeypatch.setattr(field_options, "LONGEST_S", 0.2)
        for shelf, said in (("broken", "the shelf is broken"), ("bug", "could not look"), ("slow", "could not look")):
            failed = await call(site, "GET", asking("shop.articles", properties={"shelf": shelf}, credential="Shop"))
            assert outcome(failed) == (422, "options.failed")
            assert said in failed.text
            assert SECRET not in failed.text
        unknown = asking("shop.articles", credential="Shop")
        assert outcome(await call(site, "GET", unknown, key=await key_of(service))) == (404, "credential.unknown")


async def test_an_organization_is_offered_its_own_lists(sqlite_site: Site) -> None:
    site = sqlite_site
    await call(site, "POST", "/workflows", hello())
    fields = {"module": "webhook", "name": "Shop", "fields": {"secret": SECRET}}
    await call(site, "POST", "/credentials", fields)

    workflows = (await call(site, "GET", asking("workflows", search="hell"))).json()["items"]
    assert workflows == [{"value": "hello", "label": "Hello"}]
    zones = (await call(site, "GET", asking("time_zones", search="new york"))).json()["items"]
    assert zones == [{"value": "America/New_York", "label": "America/New York"}]
    sets = asking("credentials:webhook")
    assert [each["value"] for each in (await call(site, "GET", sets)).json()["items"]] == ["Shop"]
    theirs = await organization_key(site, "theirs")
    for source in ("workflows", "credentials:webhook"):
        assert (await call(site, "GET", asking(source), key=theirs)).json()["items"] == []


async def test_who_edits_drafts_alone_lists_no_credentials(sqlite_url: str) -> None:
    async with open_site(sqlite_url) as site:
        editor = Principal(organization=1, actor="ann", scopes=frozenset((Scope.WORKFLOWS_WRITE,)))
        options = Service(site.runtime, editor).field_options

        assert (await options.get_field_options("workflows")).items
        with pytest.raises(RejectedInbound) as refused:
            await options.get_field_options("credentials:webhook")
        assert (refused.value.code, refused.value.status) == ("scope.missing", 403)


async def test_what_is_wrong_with_a_question_is_said(sqlite_site: Site) -> None:
    for path, refusal in (
        (asking("workflow"), (404, "options.unknown_source")),
        (asking("variables"), (404, "options.unknown_source")),
        (asking("workflows", properties="[]"), (400, "query.invalid")),
        (asking("workflows", properties="{"), (400, "query.invalid")),
    ):
        assert outcome(await call(sqlite_site, "GET", path)) == refusal
    viewer = await organization_key(sqlite_site, "ours", "viewer")
    assert outcome(await call(sqlite_site, "GET", asking("workflows"), key=viewer)) == (403, "scope.missing")
