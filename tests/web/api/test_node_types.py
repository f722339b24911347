"""The node types over HTTP and in Python: what a form needs, and an ETag for what a client knows already."""

from __future__ import annotations

from jsonschema import Draft202012Validator

from tests.node_types import EVERY
from tests.web.api.calls import call, foreign_service, key_of, outcome
from tests.web.site import Site


async def test_a_form_gets_every_node_type_with_the_schema_of_its_properties(sqlite_site: Site) -> None:
    listed = (await call(sqlite_site, "GET", "/node-types")).json()

    found = {each["name"]: each for each in listed["items"]}
    assert (set(found), listed["next"]) == (set(EVERY), None)
    menu = found["chatbot.menu"]
    assert (menu["type"], menu["actionType"], menu["title"], menu["category"]) == ("chatbot", "menu", "Menu", "action")
    assert menu["handles"][0] == {
        "name": "",
        "label": "",
        "items": {"property": "options", "name": "id", "label": "label"},
    }
    assert [each["name"] for each in menu["handles"][1:]] == ["other", "timeout", "undelivered"]
    assert {each["name"]: each["type"] for each in menu["outputs"]} == {
        "value": "text",
        "label": "text",
        "text": "text",
        "reason": "text",
    }
    Draft202012Validator.check_schema(menu["propertiesSchema"])
    assert menu["propertiesSchema"]["properties"]["options"]["x-field"]["widget"] == "list"


async def test_an_answer_that_a_client_knows_is_not_sent_again(sqlite_site: Site) -> None:
    for path in ("/node-types", "/node-types/chatbot.ask"):
        first = await call(sqlite_site, "GET", path)
        tag = first.headers["etag"]
        known = await call(sqlite_site, "GET", path, if_none_match=f'"other", W/{tag}')
        assert (known.status_code, known.content, known.headers["etag"]) == (304, b"", tag)
        other = await call(sqlite_site, "GET", path, if_none_match='"other"')
        assert (other.status_code, other.content) == (200, first.content)


async def test_one_is_read_by_its_name_and_a_wrong_name_is_guessed(sqlite_site: Site) -> None:
    one = (await call(sqlite_site, "GET", "/node-types/chatbot.ask")).json()
    every = (await call(sqlite_site, "GET", "/node-types")).json()["items"]
    assert one == next(each for each in every if each["name"] == "chatbot.ask")
    wrong = await call(sqlite_site, "GET", "/node-types/chatbot.aks")
    assert outcome(wrong) == (404, "node_type.unknown")
    assert "chatbot.ask" in wrong.json()["hint"]


async def test_every_organization_sees_the_same_from_http_and_python(sqlite_site: Site) -> None:
    service = await foreign_service(sqlite_site)
    seen = await call(sqlite_site, "GET", "/node-types", key=await key_of(service))
    page = await service.node_types.get_node_types()
    assert seen.json() == page.model_dump(mode="json")
    assert (await service.node_types.get_node_type("logic.set")).title == "Set variables"
