"""Drafts on the command line: printed, compared, published, and rolled back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, select

from botflow.flow.document import parse
from botflow.flow.editing.canonical import canonical
from botflow.storage.one_off import run_once_sync
from botflow.storage.organizations import home_organization
from botflow.storage.service.workflows.drafts import create_workflow, get_draft, save_draft
from botflow.storage.tables.service import audit_log
from tests.cli.conftest import Call


def document(text: str) -> dict[str, Any]:
    nodes = [
        {"id": "start", "type": "chatbot", "actionType": "message_received", "next": "say"},
        {"id": "say", "type": "chatbot", "actionType": "say", "properties": {"text": text}},
    ]
    return canonical({"id": "shop", "nodes": nodes})


def write_draft(url: str, text: str) -> None:
    def writing(connection: Connection) -> None:
        home = home_organization(connection)
        draft = get_draft(connection, home, "shop", lock=True)
        if draft is None:
            create_workflow(connection, home, document(text), "Ann")
        else:
            save_draft(connection, draft, document(text), "Ann")

    run_once_sync(url, writing)


def test_a_draft_is_printed_compared_published_and_rolled_back(database_url: str, botflow: Call) -> None:
    settings = {"BOTFLOW_DATABASE_URL": database_url}
    write_draft(database_url, "Hello: you")
    printed = botflow("workflows", "draft", "shop", **settings).out
    assert parse(printed, name="shop.yaml").to_json() == document("Hello: you")
    assert json.loads(botflow("workflows", "draft", "shop", "--json", **settings).out) == document("Hello: you")
    fresh = botflow("workflows", "diff", "shop", **settings).out.splitlines()
    assert fresh == [
        "Added the node start (chatbot.message_received).",
        "Added the node say (chatbot.say).",
        "Connected start to say.",
    ]
    first = botflow("workflows", "publish", "shop", "-m", "The first", **settings)
    assert first.out == "Published shop as version 1.\n"
    assert botflow("workflows", "diff", "shop", **settings).out == "Nothing is different.\n"

    write_draft(database_url, "Good day")
    told = json.loads(botflow("workflows", "diff", "shop", "1", "draft", "--json", **settings).out)
    assert (told["from"], told["to"], told["same"]) == (1, "draft", False)
    assert told["text"] == ['say: text is now "Good day", was "Hello: you".']
    assert told["nodesChanged"][0]["changes"][0]["path"] == "properties.text"
    second = json.loads(botflow("workflows", "publish", "shop", "--json", **settings).out)
    assert second == {"workflow": "shop", "version": 2, "replaced": 1}
    botflow("workflows", "activate", "shop", "--version", "1", **settings)
    back = botflow("workflows", "diff", "shop", "2", "active", **settings).out
    assert back == 'say: text is now "Hello: you", was "Good day".\n'

    logged = run_once_sync(
        database_url, lambda connection: connection.execute(select(audit_log.c.actor, audit_log.c.after)).all()
    )
    assert [tuple(row) for row in logged] == [
        ("command line", {"version": 1, "message": "The first"}),
        ("command line", {"version": 2, "message": ""}),
    ]


def test_a_draft_with_errors_is_not_published(sqlite_url: str, botflow: Call) -> None:
    write_draft(sqlite_url, "{{ unclosed")
    refused = botflow("workflows", "publish", "shop", BOTFLOW_DATABASE_URL=sqlite_url)
    assert refused.status == 1
    assert "template" in refused.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("draft", "shopp"), "did you mean shop"),
        (("publish", "shopp"), "did you mean shop"),
        (("diff", "shop", "7"), "botflow workflows versions shop"),
        (("diff", "shop", "newest"), "name a number"),
    ],
)
def test_what_does_not_exist_is_said(arguments: tuple[str, ...], said: str, sqlite_url: str, botflow: Call) -> None:
    write_draft(sqlite_url, "Hello")
    refused = botflow("workflows", *arguments, BOTFLOW_DATABASE_URL=sqlite_url)
    assert refused.status == 2
    assert said.lower() in refused.err.lower()


def test_a_published_file_is_printed_without_short_forms(sqlite_url: str, botflow: Call, tmp_path: Path) -> None:
    write_draft(sqlite_url, "Hello")
    (tmp_path / "shop.yaml").write_text(botflow("workflows", "draft", "shop", BOTFLOW_DATABASE_URL=sqlite_url).out)
    assert botflow("check", str(tmp_path / "shop.yaml")).status == 0
