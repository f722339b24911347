"""What a command loads: a command that starts for one list may not load what only a server needs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "02_sms_survey.yaml"
PROGRAM = """
import atexit, sys
atexit.register(lambda: print("loaded", *sys.modules, file=sys.stderr))
from botflow.cli import main
main()
"""
SERVING = {"starlette", "uvicorn", "alembic", "structlog", "sqlalchemy.orm", "psycopg_pool", "botflow.storage.database"}
CONVERSING = {"botflow.engine.turn", "botflow.nodes", "botflow.flow.graph", "minijinja", "ruamel.yaml"}
PLUGINS = {"botflow_twilio", "botflow_openai"}
READING = {"sqlalchemy", "psycopg"}
SETTINGS = {"pydantic_settings", "asyncio"}
LISTS = (
    ("sessions",),
    ("executions",),
    ("executions", "--workflow", "pizza", "--json"),
    ("workflows",),
    ("inbounds", "--status", "new"),
    ("outbounds", "--status", "held", "--json"),
    ("export", "executions"),
    ("users",),
)


def loaded(folder: Path, *arguments: str, **environment: str) -> set[str]:
    """Return the modules that `botflow ARGUMENTS` has loaded when it ends well."""
    given = {name: value for name, value in os.environ.items() if not name.startswith(("BOTFLOW_", "COVERAGE"))}
    ended = subprocess.run(
        [sys.executable, "-c", PROGRAM, *arguments],
        cwd=folder,
        env={**given, **environment},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ended.returncode == 0, ended.stderr
    return set(ended.stderr.rpartition("loaded ")[2].split())


@pytest.mark.parametrize("arguments", [("--help",), ("sessions", "--help"), ("version",), ("--version",)], ids=" ".join)
def test_what_only_prints_loads_no_layer_of_the_product(arguments: tuple[str, ...], tmp_path: Path) -> None:
    found = loaded(tmp_path, *arguments)

    assert "botflow.cli.app" in found
    assert found & (SERVING | CONVERSING | PLUGINS | READING | SETTINGS) == set()


@pytest.mark.parametrize("command", ["check", "graph"])
def test_what_reads_a_flow_loads_no_database_and_no_server(command: str, tmp_path: Path) -> None:
    found = loaded(tmp_path, command, str(EXAMPLE))

    assert "botflow.flow.graph" in found
    assert found & (SERVING | READING) == set()


@pytest.mark.parametrize("arguments", LISTS, ids=" ".join)
def test_a_list_loads_neither_server_nor_engine_nor_plugin(
    arguments: tuple[str, ...], postgres_url: str, tmp_path: Path
) -> None:
    found = loaded(tmp_path, *arguments, BOTFLOW_DATABASE_URL=postgres_url)

    assert "botflow.storage.tables" in found
    assert "psycopg" in found
    assert found & (SERVING | CONVERSING | PLUGINS) == set()


def test_a_list_of_a_sqlite_file_loads_no_driver_of_postgres(sqlite_url: str, tmp_path: Path) -> None:
    """All lists open the file in one place, so one of them shows it."""
    found = loaded(tmp_path, "executions", BOTFLOW_DATABASE_URL=sqlite_url)

    assert "botflow.storage.tables" in found
    assert "psycopg" not in found  # it takes as long as a third of SQLAlchemy
    assert found & (SERVING | CONVERSING | PLUGINS) == set()


def test_the_installation_writes_the_bytecode_of_what_commands_load(sqlite_url: str, tmp_path: Path) -> None:
    program = "import runpy, sys; runpy.run_path(sys.argv[1]); print(*sys.modules)"
    script = [sys.executable, "-c", program, str(ROOT / ".ci" / "bytecode.py")]
    compiled = set(subprocess.run(script, check=True, capture_output=True, text=True, timeout=60).stdout.split())
    for arguments in (("version",), ("sessions",), ("workflows",), ("check", str(EXAMPLE)), ("--help",)):
        found = loaded(tmp_path, *arguments, BOTFLOW_DATABASE_URL=sqlite_url)
        assert not [name for name in found - compiled if name.startswith(("botflow", "sqlalchemy", "pydantic"))]
