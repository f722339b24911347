"""The application's own tables in flows: record.query, insert, update, delete, transaction. Start in `nodes.py`.

Tables and columns come from an allow-list, and are reflected from the database; every value is a bound parameter.
"""

from botflow.plugins import Plugin
from botflow_records.building import delete, insert, query, transaction, update
from botflow_records.credentials import RECORDS
from botflow_records.field_options import columns, tables
from botflow_records.nodes import DeleteRecords, InsertRecord, QueryRecords, RecordTransaction, UpdateRecords
from botflow_records.settings import RecordsSettings

__all__ = ["delete", "insert", "plugin", "query", "transaction", "update"]

plugin = Plugin(
    name="records",
    settings=RecordsSettings,
    node_types=(
        QueryRecords(),
        InsertRecord(),
        UpdateRecords(),
        DeleteRecords(),
        RecordTransaction(),
    ),
    credential_modules=(RECORDS,),
    option_sources={"records.tables": tables, "records.columns": columns},
)
