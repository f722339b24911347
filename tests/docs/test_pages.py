"""README and the guides: every fenced block is run, in the order of the page, and every link leads somewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docs.forked_command import forked_command
from tests.docs.pages import CONTRIBUTING, EVERY_PAGE, PAGES, README, ROOT, Page
from tests.docs.reader import Reader, plan_make, provide_programs

POSTGRES = "postgresql://botflow@127.0.0.1:5432/botflow"
REDIS = "redis://127.0.0.1:6379/0"
LINK = re.compile(r"\]\((?!https?:)([^)\s]+)\)")


def name_of(page: Page) -> str:
    return str(page.path.relative_to(ROOT))


@pytest.fixture
def reader(page: Page, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Reader]:
    """A reader in an empty folder, with real servers where the page wants some."""
    folder = tmp_path / "bots"
    folder.mkdir()
    places = {POSTGRES: "empty_postgres_url", REDIS: "redis_url"}
    reader = Reader(
        folder, {place: request.getfixturevalue(name) for place, name in places.items() if place in page.text}
    )
    reader.write_files(README)
    with forked_command(Path(provide_programs(folder))):
        yield reader
        reader.close()


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_block_of_a_page_does_what_the_page_says(reader: Reader, page: Page) -> None:
    reader.read(page)


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_file_of_a_page_is_used_by_a_command_on_it(page: Page) -> None:
    commands = "".join(block.text for block in page.blocks if block.language in ("shell", "console"))

    assert [block.file_name for block in page.blocks if block.file_name and block.file_name not in commands] == []


@pytest.mark.parametrize("page", EVERY_PAGE, ids=name_of)
def test_links_lead_to_files_and_headings_that_exist(page: Page) -> None:
    for link in LINK.findall(page.text):
        path, _, heading = link.partition("#")
        target = (page.path.parent / path).resolve() if path else page.path

        assert target.exists(), link
        if heading:
            assert heading in {anchor(title) for title in re.findall(r"^#+ (.+)$", target.read_text(), re.M)}, link


def anchor(title: str) -> str:
    """Return what GitHub makes of a heading."""
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")


def test_the_readme_is_short_and_begins_with_the_two_commands_and_a_bot_of_twenty_lines() -> None:
    commands, bot = README.blocks[:2]

    assert len(README.text.splitlines()) <= 200
    assert [line.split()[:2] for line in commands.text.splitlines()] == [["make", "run"], ["make", "test"]]
    plan_make(commands.text)
    assert len(bot.text.splitlines()) <= 20


def test_the_readme_leads_to_every_guide() -> None:
    operating = "docs/operating/"
    of_operating = (ROOT / operating / "README.md").read_text().replace("](", f"]({operating}")
    led_to = README.text + of_operating
    assert [name_of(page) for page in PAGES[1:] if f"({name_of(page)})" not in led_to] == []


def test_the_commands_of_contributing_name_files_that_exist() -> None:
    commands = "".join(block.text for block in CONTRIBUTING.blocks)
    paths = set(re.findall(r"\.ci/\w+|tests/[\w./]+", commands))

    assert len(paths) >= 5
    assert [path for path in sorted(paths) if not (ROOT / path).exists()] == []
