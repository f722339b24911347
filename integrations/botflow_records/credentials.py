"""The fields of an organization's database, named like the settings in `settings.py`."""

from __future__ import annotations

from botflow.interfaces import CredentialField, CredentialModule

RECORDS = CredentialModule(
    id="records",
    name="Database",
    fields=(
        CredentialField(
            id="databaseUrl",
            name="Address",
            description="postgresql://user:password@host/name; the connection is encrypted",
            sensitive=True,
            required=True,
            pattern=r"postgres(ql)?://.+",
        ),
        CredentialField(
            id="tables",
            name="Tables",
            description="The tables that flows may use, and their columns: customers, orders(id, status)",
            required=True,
        ),
    ),
)
