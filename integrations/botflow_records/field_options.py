"""What forms of the record nodes offer: the tables that flows may use, and the columns of the chosen one."""

from __future__ import annotations

from collections.abc import Iterable

from botflow.interfaces import FieldOption, OptionsRequest


async def tables(request: OptionsRequest) -> Iterable[FieldOption]:
    """Return the tables of the allow-list; NodeFailure `record.no_database` without a database."""
    from botflow_records.access import access_of  # SQLAlchemy is loaded when a form asks, not with the plugin

    return [FieldOption(name) for name in (await access_of(request)).allowed.columns]


async def columns(request: OptionsRequest) -> Iterable[FieldOption]:
    """Return the columns that flows may use of the chosen table, none before one is chosen; NodeFailure
    `record.table` for one that they may not use."""
    from botflow_records.databases import databases

    table = request.properties.get("table")
    if not isinstance(table, str) or not table:
        return []
    names = await databases().read(request, lambda work: work.columns(table))
    return [FieldOption(name) for name in names]
