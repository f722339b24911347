"""The pages that a reader sees, and their fenced blocks. What a block's language means is told by `reader.py`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
FENCED = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FILE_NAME = re.compile(r"(?:#|//) ([\w-]+\.(?:py|yaml|mjs))\n")


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block; `line` is where its text begins on the page."""

    language: str
    text: str
    line: int

    @property
    def file_name(self) -> str:
        """The name in the first line of a file that the reader writes; empty for other blocks."""
        named = FILE_NAME.match(self.text)
        return named[1] if named else ""


@dataclass(frozen=True, slots=True)
class Page:
    path: Path
    text: str

    @property
    def blocks(self) -> list[Block]:
        return [
            Block(found[1], found[2], self.text.count("\n", 0, found.start()) + 2)
            for found in FENCED.finditer(self.text)
        ]


def read_page(path: Path) -> Page:
    return Page(path, path.read_text())


README, CONTRIBUTING, CHANGELOG = (read_page(ROOT / f"{name}.md") for name in ("README", "CONTRIBUTING", "CHANGELOG"))
GUIDES = [read_page(path) for folder in ("", "operating") for path in sorted((ROOT / "docs" / folder).glob("*.md"))]
REFERENCE = [read_page(path) for path in sorted((ROOT / "docs" / "reference").glob("*.md"))]
CLIENTS = [read_page(path) for path in sorted((ROOT / "integrations").glob("botflow_client*/README.md"))]
PAGES = [README, *GUIDES, *CLIENTS]  # their blocks are run
EVERY_PAGE = [*PAGES, *REFERENCE, CONTRIBUTING, CHANGELOG]
