"""Watching an application's own rows: SQLAlchemy reports each insert, update and delete, within the same flush.

Workflows are started in the transaction that changes the row. Statements on many rows at once
(`session.execute(update(...))`, bulk methods) change rows that no session holds, so they are not seen. A start writes
by plain statements, never through the session, so it is not seen either, and cannot start an endless loop.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal, TypeVar, get_args

from sqlalchemy import Connection, and_, event, inspect, select
from sqlalchemy.orm import Mapper

from botflow.errors import UsageError
from botflow.runtime.runs.starts.row_values import change_input
from botflow.runtime.runs.starts.start import StartRequest, start_with

Change = Literal["insert", "update", "delete"]
Row = TypeVar("Row")
Former = Mapping[str, Any]
_FORMER = "botflow.former"


def watch_rows(
    model: type[Row],
    workflow: str,
    *,
    on: Change | tuple[Change, ...],
    when: Callable[[Row, Former], bool] | None = None,
    input: Callable[[Row, Former], Any] | None = None,
    user_name: str | Callable[[Row], str] = "",
) -> None:
    """Start `workflow` for each row of `model` that a session inserts, updates or deletes, if `when` says so.

    `when` and `input` get the row and the former values of what an update changed, by attribute (empty otherwise).
    Without `input` the workflow gets {"change", "row", "former"}, as `change_input` makes it of any column. A start
    that fails raises, and fails the flush.
    """
    watched = (on,) if isinstance(on, str) else on
    if unknown := set(watched) - set(get_args(Change)):
        raise UsageError(
            f"rows cannot be watched for {', '.join(sorted(unknown))}",
            code="watch.change",
            hint="there are insert, update and delete",
        )
    if "update" in watched:
        event.listen(model, "before_update", _note_former_values, propagate=True)
    for change in watched:
        event.listen(model, f"after_{change}", _listener(change, workflow, when, input, user_name), propagate=True)


def _listener(
    change: Change,
    workflow: str,
    when: Callable[[Any, Former], bool] | None,
    input: Callable[[Any, Former], Any] | None,
    user_name: str | Callable[[Any], str],
) -> Callable[[Mapper[Any], Connection, Any], None]:
    def changed(mapper: Mapper[Any], connection: Connection, row: Any) -> None:
        former = inspect(row).info[_FORMER] if change == "update" else {}
        if change == "update" and not former:  # SQLAlchemy reports every row that was touched, changed or not
            return
        if when is not None and not when(row, former):
            return
        given = input(row, former) if input else change_input(change, _values(row), former)
        start_with(
            connection,
            StartRequest(
                workflow=workflow, input=given, user_name=user_name if isinstance(user_name, str) else user_name(row)
            ),
        )

    return changed


def _note_former_values(mapper: Mapper[Any], connection: Connection, row: Any) -> None:
    """Store, for the listener below, the values that the update will overwrite.

    The session does not know the former value of an attribute that was set unread: the row still has it.
    """
    state = inspect(row)
    changes = {name: state.attrs[name].history for name in mapper.column_attrs.keys()}  # noqa: SIM118 -- no dict
    former = {name: history.deleted[0] for name, history in changes.items() if history.added and history.deleted}
    unread = [name for name, history in changes.items() if history.added and not history.deleted]
    if unread:
        is_row = and_(*(column == value for column, value in zip(mapper.primary_key, state.identity, strict=True)))
        columns = select(*(mapper.columns[name] for name in unread)).select_from(mapper.persist_selectable)
        stored = connection.execute(columns.where(is_row)).one()
        changed = zip(unread, stored, strict=True)
        former |= {name: value for name, value in changed if value != state.dict[name]}
    state.info[_FORMER] = former


def _values(row: Any) -> dict[str, Any]:
    """Return the row's loaded columns."""
    state = inspect(row)
    return {name: state.dict[name] for name in state.mapper.column_attrs.keys() if name in state.dict}  # noqa: SIM118
