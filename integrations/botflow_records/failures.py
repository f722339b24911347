"""A database's errors as failures of a node, without the values that their texts quote."""

from __future__ import annotations

from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError

from botflow.engine.node_type import NodeFailure

# https://www.postgresql.org/docs/current/errcodes-appendix.html
_BY_STATE = {
    "23505": ("record.exists", "there is a row with this value already"),
    "23503": ("record.refused", "a row of another table refers to it, or is missing"),
    "23502": ("record.refused", "a column that needs a value has none"),
    "23514": ("record.refused", "a rule of the table does not allow it"),
    "42501": ("record.forbidden", "the database's user may not do this"),
    "57014": ("record.timeout", "the database took too long"),
    "55P03": ("record.busy", "others hold the rows"),
    "40P01": ("record.busy", "others hold the rows"),
    "40001": ("record.busy", "others changed the rows"),
}
_BY_CLASS = {
    "22": ("record.value", "a value does not fit its column"),
    "08": ("record.unavailable", "the database cannot be reached"),
    "28": ("record.unavailable", "the database refuses its user"),
    "53": ("record.unavailable", "the database has no room"),
    "57": ("record.unavailable", "the database is going down"),
}
# https://www.sqlite.org/rescode.html
_BY_SQLITE = {
    "SQLITE_CONSTRAINT_UNIQUE": _BY_STATE["23505"],
    "SQLITE_CONSTRAINT_PRIMARYKEY": _BY_STATE["23505"],
    "SQLITE_CONSTRAINT_ROWID": _BY_STATE["23505"],
    "SQLITE_CONSTRAINT_FOREIGNKEY": _BY_STATE["23503"],
    "SQLITE_CONSTRAINT_NOTNULL": _BY_STATE["23502"],
    "SQLITE_CONSTRAINT_CHECK": _BY_STATE["23514"],
    "SQLITE_INTERRUPT": _BY_STATE["57014"],
    "SQLITE_BUSY": _BY_STATE["55P03"],
    "SQLITE_READONLY": _BY_STATE["42501"],
    "SQLITE_CANTOPEN": _BY_CLASS["08"],
}
STALE_STATES = ("42703", "42P01")  # a column or table that is gone: the application was migrated


def failure_of(error: SQLAlchemyError) -> NodeFailure:
    """Return what the node fails with."""
    code, reason = _known(error) or ("record.failed", "the database refused the statement")
    where = _constraint(error)
    return NodeFailure(f"{reason} ({where})" if where else reason, code=code)


def is_stale(error: SQLAlchemyError) -> bool:
    """Say whether a table is another one than when it was read."""
    said = str(error.orig) if isinstance(error, DBAPIError) else ""
    return _state(error) in STALE_STATES or said.startswith(("no such column", "no such table"))


def _known(error: SQLAlchemyError) -> tuple[str, str] | None:
    if not isinstance(error, DBAPIError):
        return None
    if name := getattr(error.orig, "sqlite_errorname", ""):
        return _BY_SQLITE.get(name)
    state = _state(error)
    if not state and isinstance(error, OperationalError):  # there is no connection that could give a state
        return _BY_CLASS["08"]
    return _BY_STATE.get(state) or _BY_CLASS.get(state[:2])


def _state(error: SQLAlchemyError) -> str:
    return str(getattr(getattr(error, "orig", None), "sqlstate", None) or "")


def _constraint(error: SQLAlchemyError) -> str:
    """Return the name of the constraint or column at fault, which holds no value of a row."""
    diagnosis = getattr(getattr(error, "orig", None), "diag", None)
    return str(getattr(diagnosis, "constraint_name", None) or getattr(diagnosis, "column_name", None) or "")
