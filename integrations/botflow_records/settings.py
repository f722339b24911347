"""The settings of this integration: RECORDS_DATABASE_URL and RECORDS_TABLES, for the home organization's flows."""

from __future__ import annotations

from pydantic import SecretStr
from pydantic_settings import SettingsConfigDict

from botflow.settings import EnvironmentSettings


class RecordsSettings(EnvironmentSettings):
    """Without an address, only nodes that name a credential reach a database."""

    model_config = SettingsConfigDict(env_prefix="RECORDS_")

    database_url: SecretStr | None = None
    """The application's own database, `postgresql://user:password@host/name` or `sqlite:///file`, for the record nodes
    of the home organization's flows that name no credential. Not the database of botflow."""
    tables: str = ""
    """The tables that flows may use, and their columns: `customers, orders(id, status, total)`; a table without
    brackets with all its columns. Tables that are not named cannot be used."""
