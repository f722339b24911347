"""The pages of the reference, with their generated parts filled in."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from botflow.flow.document import Document
from botflow.flow.placed import PlacedEdge, PlacedInterrupt, PlacedNode
from botflow.flow.policy import Budgets, Retry
from botflow.flow.templates.grammar import PLAIN_FILTERS
from botflow.flow.templates.language_filters import LANGUAGE_FILTERS
from docs.generate.codes import codes_table
from docs.generate.commands import commands
from docs.generate.known_calls import by_itself_table, known_calls_tables
from docs.generate.metrics import metrics_table
from docs.generate.models import properties_table, settings_table, table
from docs.generate.names import names
from docs.generate.node_types import node_types
from docs.generate.operations import operations

REFERENCE = Path(__file__).parents[1] / "reference"
GENERATED = re.compile(r"(<!-- generated: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def filters() -> str:
    return ", ".join(f"`{name}`" for name in sorted(PLAIN_FILTERS))


def language_filters() -> str:
    """Return a row for each filter for dates, times and numbers; its meaning is its docstring."""
    rows = [
        (f"`{name}`", f"`{{{{ {each.example} }}}}`", " ".join((each.apply.__doc__ or "").split()))
        for name, each in LANGUAGE_FILTERS.items()
    ]
    return table(("filter", "example", "gives"), rows)


PARTS: Mapping[str, Callable[[], str]] = {
    "budgets": lambda: properties_table(Budgets),
    "calls_by_itself": by_itself_table,
    "codes": codes_table,
    "commands": commands,
    "document": lambda: properties_table(Document),
    "edge": lambda: properties_table(PlacedEdge),
    "filters": filters,
    "language_filters": language_filters,
    "known_calls": known_calls_tables,
    "interrupt": lambda: properties_table(PlacedInterrupt),
    "metrics": metrics_table,
    "names": names,
    "node": lambda: properties_table(PlacedNode),
    "node_types": node_types,
    "operations": operations,
    "retry": lambda: properties_table(Retry),
    "settings": settings_table,
}


def filled_pages() -> Iterator[tuple[Path, str]]:
    """Yield each page with what it must hold."""
    for path in sorted(REFERENCE.glob("*.md")):
        yield path, GENERATED.sub(_filled, path.read_text())


def _filled(part: re.Match[str]) -> str:
    return f"{part[1]}\n{PARTS[part[2]]().strip()}\n\n{part[3]}"
