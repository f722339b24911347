"""The Python client as it is installed elsewhere: a wheel of its own that works without the server and its packages."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

from docs.generate.clients.files import PYTHON

CALL = """
import sys
sys.path.insert(0, sys.argv[1])
import botflow_client, botflow_client.models
assert botflow_client.__file__.startswith(sys.argv[1]), botflow_client.__file__
with botflow_client.Botflow("https://bots.example.com", "a key") as client:
    print(client)
print(sorted({name.partition(".")[0] for name in sys.modules} & {"botflow", "pydantic", "starlette", "sqlalchemy"}))
"""


def test_the_wheel_holds_the_typed_client_and_needs_nothing_of_the_server(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(tmp_path)]
    subprocess.run(build, cwd=PYTHON, check=True, capture_output=True, timeout=120)
    with ZipFile(next(tmp_path.glob("*.whl"))) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
        archive.extractall(tmp_path / "site")

    files = {f"botflow_client/{path.relative_to(PYTHON)}" for path in PYTHON.rglob("*.py")}
    assert names == files | {"botflow_client/py.typed"}
    called = subprocess.run(
        [sys.executable, "-c", CALL, str(tmp_path / "site")],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
        cwd=tmp_path,
    )
    assert called.stdout.splitlines() == ["Botflow('https://bots.example.com')", "[]"]
