"""`botflow results`: what conversations collected, for people and for programs."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from tests.cli.conftest import Call
from tests.web.api.test_results import SURVEY, say, table
from tests.web.site import open_site

HOSTILE = "\x1b\x07\x9b\u202e]0;X then 12:00"


@pytest.fixture
def url(sqlite_url: str) -> str:
    async def converse() -> None:
        async with open_site(sqlite_url, flows=(SURVEY,)) as site:
            for text in ("hi", "=Ann", "5"):
                await say(site, "p1", text)
            await say(site, "p2", "hi")

    asyncio.run(converse())
    return sqlite_url


def test_results_are_a_table_or_a_file(botflow: Call, url: str, tmp_path: Path) -> None:
    shown = botflow("results", "survey", BOTFLOW_DATABASE_URL=url).out.splitlines()
    assert shown[0].split() == ["WHO", "STARTED", "STATUS", "name", "stars"]
    assert shown[1].split()[3:] == ["completed", "=Ann", "5"]
    assert [(row["who"], row["name"]) for row in table(botflow("results", "survey", "--csv").out)] == [
        ("p1", "'=Ann"),
        ("p2", ""),
    ]
    (tmp_path / "survey.yaml").write_text(SURVEY)
    lines = [json.loads(line) for line in botflow("results", "survey.yaml", "--jsonl").out.splitlines()]
    assert [(line["status"], line["output"]) for line in lines] == [("completed", {"stars": 5}), ("waiting", None)]


@pytest.mark.parametrize("form", ["--csv", "--jsonl", None])
def test_a_terminal_does_not_obey_what_people_write_and_a_file_gets_it_whole(
    botflow: Call, url: str, monkeypatch: pytest.MonkeyPatch, form: str | None
) -> None:
    async def converse() -> None:
        async with open_site(url, flows=(SURVEY,)) as site:
            for text in ("hi", HOSTILE):
                await say(site, "p3", text)

    asyncio.run(converse())
    arguments = ["results", "survey", *([form] if form else [])]
    written = botflow(*arguments, BOTFLOW_DATABASE_URL=url).out
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    shown = botflow(*arguments).out

    assert not set(shown) & set(HOSTILE[:4])
    assert "\\u001b" in shown
    assert "\\u000d" not in shown
    if form == "--csv":
        assert HOSTILE in written


@pytest.mark.parametrize(
    ("public", "begins"),
    [
        ("", "/bot/chat/"),
        ("https://shop.example", "https://shop.example/bot/chat/"),
        ("https://shop.example/bots/", "https://shop.example/bots/chat/"),
    ],
)
def test_the_addresses_of_files_are_complete_where_the_public_url_is_known(
    botflow: Call, url: str, public: str, begins: str
) -> None:
    path = f"chat/survey/files/{'a' * 32}/a.png?expires=1&signature=b"

    async def converse() -> None:
        async with open_site(url, flows=(SURVEY,)) as site:
            for text in ("hi", f"/bot/{path}", "5"):
                await say(site, "p3", text)

    asyncio.run(converse())
    settings = {"BOTFLOW_DATABASE_URL": url, "BOTFLOW_PUBLIC_URL": public}
    written = table(botflow("results", "survey", "--csv", **settings).out)[-1]["name"]
    line = json.loads(botflow("results", "survey", "--jsonl", **settings).out.splitlines()[-1])

    assert written == line["variables"]["name"] == begins + path.removeprefix("chat/")


def test_results_may_be_of_a_time(botflow: Call, url: str) -> None:
    for arguments, count in ((["--after", "2020-01-01"], 3), (["--before", "2020-01-01"], 1)):
        out = botflow("results", "survey", "--csv", *arguments, BOTFLOW_DATABASE_URL=url).out
        assert len(out.splitlines()) == count
    for option in ("after", "before"):
        for written in ("2027", "2026", "1", "20261127", "2026-11", "yesterday"):
            refused = botflow("results", "survey", f"--{option}", written, BOTFLOW_DATABASE_URL=url)
            assert refused.status == 2
            assert f"{option} is a date or a time, such as 2026-11-01" in " ".join(refused.err.split())
    assert botflow("results", "survey", "--csv", "--jsonl").status == 2


@pytest.mark.parametrize("form", [(), ("--csv",), ("--jsonl",), ("--after", "2020-01-01")])
def test_a_workflow_that_does_not_exist_is_an_error_with_those_that_do(
    botflow: Call, url: str, form: tuple[str, ...]
) -> None:
    ended = botflow("results", "survei", *form, BOTFLOW_DATABASE_URL=url)
    assert (ended.status, ended.out) == (2, "")
    assert "there is no workflow 'survei'" in ended.err
    assert "Did you mean survey?" in ended.err
    assert "there is no workflow 'nope'. There are: survey" in botflow("results", "nope").err
    for command in ("activate", "deactivate"):
        ended = botflow("workflows", command, "survei")
        assert ended.status == 2
        assert "there is no workflow 'survei'. Did you mean survey?" in ended.err


def test_a_workflow_without_results_and_one_out_of_service_are_shown(botflow: Call, url: str) -> None:
    empty = botflow("results", "survey", "--before", "2020-01-01", BOTFLOW_DATABASE_URL=url)
    assert (empty.status, empty.out) == (0, "No results of 'survey' yet.\n")
    assert botflow("workflows", "deactivate", "survey").status == 0
    assert len(table(botflow("results", "survey", "--csv").out)) == 2
