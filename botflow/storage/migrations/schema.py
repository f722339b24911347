"""The schema that a database has, and whether this release works on it.

A rolling upgrade has older processes on a newer schema, and so has a return to the former release. They work on: a
migration only adds what they need not know. One that they could not bear says so in `oldest`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, text

from botflow.errors import UsageError
from botflow.storage.migrations import HEAD, VERSION_TABLE

_STORED = text(f"SELECT * FROM {VERSION_TABLE}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Schema:
    """`version` is the newest migration that was applied; `oldest` that of the oldest release that works on it."""

    version: str
    oldest: str

    @property
    def is_newer(self) -> bool:
        """Whether a newer release has migrated it."""
        return self.version > HEAD

    @property
    def fits(self) -> bool:
        """Whether this release works on it."""
        return self.version == HEAD or (self.is_newer and self.oldest <= HEAD)

    def refuse_if_too_new(self, what: str = "the database's schema") -> None:
        """UsageError `database.newer` when it is a newer one, on which this release does not work."""
        if self.is_newer and not self.fits:
            raise UsageError(
                f"{what} {self.version} is newer than this botflow's ({HEAD}), which no longer works on it",
                code="database.newer",
                hint="install the newer botflow",
            )


def read_schema(connection: Connection) -> Schema | None:
    """Return the schema of a database that has the table of versions; None when that is empty."""
    row = connection.execute(_STORED).mappings().first()
    return schema_of(dict(row)) if row is not None else None


def schema_of(row: Mapping[str, object]) -> Schema:
    """Return what the row of the table of versions says. Before 0010 it did not name the oldest release."""
    version = str(row["version_num"])
    return Schema(version=version, oldest=str(row.get("oldest", version)))
