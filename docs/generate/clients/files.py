"""Which files of the clients are generated, and what they must hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from docs.generate.clients.description import Api, read_api
from docs.generate.clients.javascript import javascript_files
from docs.generate.clients.python import python_files

INTEGRATIONS = Path(__file__).parents[3] / "integrations"
PYTHON = INTEGRATIONS / "botflow_client"
JAVASCRIPT = INTEGRATIONS / "botflow_client_js"


def generated_files(api: Api | None = None) -> Mapping[Path, str]:
    """Return each generated file with its text."""
    api = api or read_api()
    python = {PYTHON / name: text for name, text in python_files(api)}
    return python | {JAVASCRIPT / name: text for name, text in javascript_files(api)}


def orphans(wanted: Mapping[Path, str]) -> Iterator[Path]:
    """Yield the files in generated folders that no tag of the API has any more."""
    for folder in ("calls", "models"):
        yield from sorted(set((PYTHON / folder).glob("*.py")) - set(wanted))
