from __future__ import annotations

from pathlib import Path

import pytest

from tests.application_records.shop import Shop, open_shop


@pytest.fixture
def shop(database_kind: str, request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """The application's database, which the server's settings name."""
    in_postgres = database_kind == "postgres"
    url = request.getfixturevalue("empty_postgres_url") if in_postgres else f"sqlite:///{tmp_path / 'shop.db'}"
    return open_shop(url, monkeypatch)
