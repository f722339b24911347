"""What botflow writes beside the database can be read by its owner alone, whatever the umask is."""

from __future__ import annotations

import asyncio
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from botflow.settings import Settings
from botflow.storage.database import open_database
from botflow.storage.migrations.upgrade import upgrade
from botflow.web.auth.deployment_keys import deployment_keys


@pytest.fixture(params=[0o000, 0o022, 0o077, 0o277])
def umask(request: pytest.FixtureRequest) -> Iterator[None]:
    former = os.umask(request.param)
    yield
    os.umask(former)


def modes(folder: Path) -> dict[str, str]:
    return {str(each.relative_to(folder)): oct(stat.S_IMODE(each.stat().st_mode)) for each in folder.rglob("*")}


def test_a_database_its_log_its_lock_and_its_key_are_the_owners_alone(tmp_path: Path, umask: None) -> None:
    url = f"sqlite:///{tmp_path}/new/folder/botflow.db"

    seen = asyncio.run(_used(url, tmp_path))
    deployment_keys(Settings(botflow_database_url=url), dev=True)
    seen |= modes(tmp_path)

    assert seen == {
        "new": "0o700",
        "new/folder": "0o700",
        **{f"new/folder/botflow.db{end}": "0o600" for end in ("", "-wal", "-shm", ".lock", ".secret")},
    }


async def _used(url: str, folder: Path) -> dict[str, str]:
    """Migrate and open the database, write into it, and return the modes meanwhile."""
    database = await open_database(url, migrate=True)
    try:
        await database.now()
        return modes(folder)
    finally:
        await database.close()


def test_a_key_is_made_in_a_folder_of_its_own(tmp_path: Path, umask: None) -> None:
    deployment_keys(Settings(botflow_database_url=f"sqlite:///{tmp_path}/new/botflow.db"), dev=True)

    assert modes(tmp_path) == {"new": "0o700", "new/botflow.db.secret": "0o600"}


def test_a_database_behind_a_link_is_its_owners_alone(tmp_path: Path, umask: None) -> None:
    volume = tmp_path / "volume"
    volume.mkdir(0o700)
    for number, target in enumerate(("real.db", "new/real.db")):  # which are not there yet
        link = tmp_path / f"{number}.db"
        link.symlink_to(volume / target)
        seen = asyncio.run(_used(f"sqlite:///{link}", (volume / target).parent))

        assert {name: mode for name, mode in seen.items() if name.startswith("real")} == {
            f"real.db{end}": "0o600" for end in ("", "-wal", "-shm", ".lock")
        }


def test_files_that_exist_keep_their_permissions(tmp_path: Path) -> None:
    file = tmp_path / "botflow.db"
    file.touch()
    file.chmod(0o640)
    upgrade(f"sqlite:///{file}")

    assert modes(tmp_path)["botflow.db"] == "0o640"
