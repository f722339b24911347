"""The architecture, enforced: imports go leftwards, the inner layers are pure, the core names no integration."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
CORE = ROOT / "botflow"
INTEGRATIONS = ROOT / "integrations"
PACKAGES = sorted(path.parent for path in INTEGRATIONS.glob("*/__init__.py"))
# Clients of the API stand alone: they are distributed without the server, and import nothing of it.
CLIENTS = sorted(path for path in INTEGRATIONS.iterdir() if path.name.startswith("botflow_client"))
PROVIDERS = [path for path in PACKAGES if path not in CLIENTS]
NAMES = {path.name.removeprefix("botflow_") for path in PROVIDERS}

# Each layer may import itself and those before it.
LAYERS = (
    *(
        "values",
        "errors",
        "crash_points",
        "clock",
        "moment",
        "seeds",
        "csv_lines",
        "keyring",
        "private_files",
        "log_facts",
        "redaction",
        "outgoing_hosts",
        "outgoing_targets",
        "outgoing_transport",
        "retry_after",
        "outgoing_files",
        "settings",
        "languages",
        "flow",
        "phone_numbers",
        "engine",
        "nodes",
    ),
    *("records", "interfaces", "plugins", "storage", "runtime", "service", "triggering", "web", "cli"),
)
# Within a layer: each level may import itself and those before it. Every module and folder stands in one of them.
LEVELS = {
    "storage": (
        ("engines", "outage_log"),
        ("tables",),
        ("turns",),
        ("delivery", "runs"),
        (
            "events",
            *("backlog_counts", "backup", "cache", "consent_changes", "consent_turns", "contacts", "credentials"),
            "decisions",
            *(
                "erasure",
                "feedback",
                "files",
                "migrations",
                "one_off",
                "one_off_engine",
                "organizations",
                "people",
                "provider_accounts",
                "retention",
                "service",
                "session_tokens",
                "spending",
                "started_by",
                "reaching",
                "transcripts",
                "workflow_versions",
            ),
        ),
        ("database",),
        ("read_only",),
    ),
    "runtime": (
        (
            "process",
            "sealing",
            "vault",
            "accounts",
            "served_flows",
            "offline_model",
            "flow_files",
            "template_files",
            "translation_files",
            "translation_status",
            "tracing",
        ),
        ("asks", "delivery", "erasures", "events", "publications"),
        ("turns",),
        ("runs",),
        ("options", "readiness"),
        ("assembly",),
        ("app",),
    ),
}
# Imports against that order, each with its reason: file, module, why it stands.
EXCEPTIONS = {
    ("botflow/storage/delivery/gate_facts.py", "botflow.storage.decisions"): "a hold is written with its decision",
    ("botflow/storage/delivery/held.py", "botflow.storage.decisions"): "an operator's choice is written as a decision",
    (
        "botflow/storage/delivery/gate_facts.py",
        "botflow.storage.spending",
    ): "the gate reserves segments as it commits",
}
PURE = ("languages", "flow", "engine", "nodes")
IMPURE_MODULES = frozenset(
    [
        "asyncio",
        "anyio",
        "threading",
        "concurrent",
        "multiprocessing",
        "time",
        "random",
        "secrets",
        "os",
        "sys",
        "pathlib",
        "socket",
        "subprocess",
        "logging",
        "structlog",
        "tempfile",
        "shutil",
        "urllib",
        "http",
        "sqlalchemy",
        "starlette",
        "uvicorn",
        "redis",
        "httpx2",
        "dotenv",
    ]
)
# Reading the clock or making ids up; datetime and uuid themselves are needed for values and types.
IMPURE_CALLS = frozenset(
    [
        "io.open",
        "datetime.now",
        "datetime.utcnow",
        "datetime.today",
        "date.today",
        "uuid.uuid4",
        "uuid.uuid1",
        "uuid4",
        "uuid1",
    ]
)
IMPURE_BUILT_INS = frozenset(["open", "print", "input", "exec", "eval"])
# Integrations whose names are words that the core has too; who sends a hook may sign it as Slack does.
COMMON_WORDS = ("http", "email", "slack", "records", "widget", "protocols")
# What an integration may import besides botflow's public names.
OFFERED = (
    *("botflow.interfaces", "botflow.records", "botflow.plugins", "botflow.testing", "botflow.errors"),
    *(
        "botflow.clock",
        "botflow.settings",
        "botflow.outgoing_hosts",
        "botflow.outgoing_targets",
        "botflow.outgoing_transport",
        "botflow.retry_after",
        "botflow.outgoing_files",
        "botflow.engine",
        "botflow.flow",
        "botflow.nodes",
        "botflow.phone_numbers",
    ),
)


def modules(folder: Path) -> list[Path]:
    """Return the files below `folder`: at least one, or a rule would hold because nothing was looked at."""
    found = sorted(folder.rglob("*.py"))
    assert found, f"no file below {folder}"
    return found


def test_a_rule_about_a_folder_without_files_does_not_hold(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="no file below"):
        modules(tmp_path / "testing")


def imports(file: Path, *, types_too: bool = True) -> Iterator[tuple[str, int]]:
    """Yield every module that `file` imports, wherever in it, with the line. `from a import b` is `a.b`."""
    for node in ast.walk(ast.parse(file.read_text())):
        match node:
            case ast.Import(names=names):
                yield from ((alias.name, node.lineno) for alias in names)
            case ast.ImportFrom(module=module, names=names, level=level):
                assert level == 0, f"{file}:{node.lineno}: imports are absolute"
                yield from ((f"{module}.{alias.name}", node.lineno) for alias in names)


def layer_of(name: str) -> str | None:
    """Return the layer of `botflow.x.y`; None for the package itself and for what is no part of it."""
    head, _, rest = name.partition(".")
    layer = rest.partition(".")[0]
    return layer if head == "botflow" and layer in (*LAYERS, "testing", "__main__") else None


def shown(file: Path, line: int, what: str) -> str:
    return f"{file.relative_to(ROOT)}:{line}: {what}"


def test_every_module_of_the_core_belongs_to_a_layer() -> None:
    found = {path.stem for path in CORE.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()}

    assert found - {*LAYERS, "testing", "__init__", "__main__"} == set()


@pytest.mark.parametrize("layer", LAYERS)
def test_a_layer_imports_only_itself_and_what_stands_before_it(layer: str) -> None:
    allowed = LAYERS[: LAYERS.index(layer) + 1]
    files = modules(CORE / layer) if (CORE / layer).is_dir() else [CORE / f"{layer}.py"]

    wrong = [
        shown(file, line, f"{layer} imports {name}")
        for file in files
        for name, line in imports(file)
        if name.partition(".")[0] == "botflow" and layer_of(name) not in allowed
    ]

    assert files[0].exists()
    assert wrong == []


@pytest.mark.parametrize("layer", LEVELS)
def test_every_part_of_a_layer_stands_in_one_of_its_levels(layer: str) -> None:
    listed = [name for level in LEVELS[layer] for name in level]

    assert sorted(listed) == sorted(
        path.stem
        for path in (CORE / layer).iterdir()
        if path.name != "__init__.py" and (path.suffix == ".py" or (path / "__init__.py").exists())
    )


@pytest.mark.parametrize("layer", LEVELS)
def test_a_level_imports_only_itself_and_those_before_it(layer: str) -> None:
    level_of = {name: number for number, level in enumerate(LEVELS[layer]) for name in level}
    wrong, used = [], set()
    for file in modules(CORE / layer):
        part = file.relative_to(CORE / layer).parts[0].removesuffix(".py")
        for name, line in imports(file):
            if not name.startswith(f"botflow.{layer}.") or part == "__init__":
                continue
            if level_of[name.split(".")[2]] > level_of[part]:
                exception = (str(file.relative_to(ROOT)), name.rpartition(".")[0])
                used.add(exception)
                wrong += [] if exception in EXCEPTIONS else [shown(file, line, f"{part} imports {name}")]

    assert wrong == []
    assert used == {known for known in EXCEPTIONS if known[0].startswith(f"botflow/{layer}/")}


def test_what_ships_for_tests_imports_up_to_runtime_and_no_store_and_nothing_imports_it() -> None:
    allowed = {*LAYERS[: LAYERS.index("runtime") + 1], "testing"} - {"storage"}
    outward = [
        shown(file, line, name)
        for file in modules(CORE / "testing")
        for name, line in imports(file)
        if name.startswith("botflow.") and layer_of(name) not in allowed
    ]
    inward = [
        shown(file, line, name)
        for folder in (CORE, INTEGRATIONS)
        for file in modules(folder)
        if CORE / "testing" not in file.parents
        for name, line in imports(file)
        if layer_of(name) == "testing"
    ]

    assert {"simulator", "scripts"} <= {file.stem for file in modules(CORE / "testing")}
    assert outward + inward == []


@pytest.mark.parametrize("layer", PURE)
def test_a_pure_layer_touches_neither_world_nor_clock_nor_chance(layer: str) -> None:
    assert [problem for file in modules(CORE / layer) for problem in impurities(file)] == []


def impurities(file: Path) -> Iterator[str]:
    for name, line in imports(file):
        if name.partition(".")[0] in IMPURE_MODULES:
            yield shown(file, line, f"imports {name}")
    for node in ast.walk(ast.parse(file.read_text())):
        match node:
            case ast.AsyncFunctionDef(name=name, lineno=line) if name != "invoke":  # an action's; the runtime awaits it
                yield shown(file, line, f"async def {name}")
            case ast.Call(func=ast.Name(id=name), lineno=line) if name in IMPURE_BUILT_INS:
                yield shown(file, line, f"calls {name}")
            case ast.Call(func=function, lineno=line) if ast.unparse(function) in IMPURE_CALLS:
                yield shown(file, line, f"calls {ast.unparse(function)}")


def test_the_core_names_no_integration() -> None:
    packages = [path.name for path in INTEGRATIONS.iterdir() if path.is_dir()]
    named = [shown(file, 1, package) for file in modules(CORE) for package in packages if package in file.read_text()]

    assert len(packages) >= 2
    assert named == []


@pytest.mark.parametrize("provider", sorted(NAMES))
def test_no_line_of_the_core_speaks_of_a_provider(provider: str) -> None:
    """Settings, node types, words and address forms of a provider stand in its own package."""
    named_as = f"botflow_{provider}" if provider in COMMON_WORDS else provider
    named = [
        shown(file, number, line.strip())
        for file in modules(CORE)
        for number, line in enumerate(file.read_text().splitlines(), start=1)
        if named_as in line.lower() or "whatsapp:" in line
    ]

    assert named == []


def test_an_integration_imports_public_names_and_offered_modules_and_no_other_integration() -> None:
    public = public_names()
    wrong = [
        shown(file, line, name)
        for package in PROVIDERS
        for file in modules(package)
        for name, line in imports(file)
        if not allowed_in(package.name, name, public)
    ]

    assert len(PROVIDERS) >= 2
    assert wrong == []


def test_a_client_imports_nothing_of_botflow() -> None:
    wrong = [
        shown(file, line, name)
        for package in CLIENTS
        if package in PACKAGES
        for file in modules(package)
        for name, line in imports(file)
        if name.partition(".")[0].startswith("botflow") and name.partition(".")[0] != package.name
    ]

    assert len(CLIENTS) == 2
    assert wrong == []


def allowed_in(package: str, name: str, public: set[str]) -> bool:
    head, _, rest = name.partition(".")
    if package == "botflow_protocols" and layer_of(name) not in ("storage", "cli", "testing"):
        return True  # a part of the web application, which others may do without
    if head == "botflow":
        return rest in public or any(name == module or name.startswith(f"{module}.") for module in OFFERED)
    return not head.startswith("botflow_") or head == package


def public_names() -> set[str]:
    import botflow

    return set(botflow.__all__)


def test_there_are_few_public_names_and_each_can_be_had() -> None:
    import botflow

    assert len(botflow.__all__) <= 32
    assert [name for name in botflow.__all__ if not hasattr(botflow, name)] == []
    assert dir(botflow) == sorted(botflow.__all__)


def test_integrations_is_a_folder_and_no_package() -> None:
    assert not (INTEGRATIONS / "__init__.py").exists()
