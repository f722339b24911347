"""The node types record.query, insert, update, delete and transaction."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Generator
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar

import orjson

from botflow.engine.asks import Answer, Ask, Invoke
from botflow.engine.node_type import ActionContext, Leave, NodeFailure, NodeType, Outcome
from botflow.engine.scene import Scene
from botflow.flow.node_spec import Output, Outputs
from botflow.nodes.custom.action import needed, rendered_properties, validated
from botflow_records.properties import (
    DeleteProperties,
    InsertProperties,
    QueryProperties,
    Step,
    TransactionProperties,
    UpdateProperties,
)

if TYPE_CHECKING:
    from botflow_records.databases import Databases
    from botflow_records.steps import Rows, Work

LARGEST = 200_000  # bytes of JSON that a node's rows may have
TIMEOUT_S = 30.0


class RecordNode(NodeType):
    """What the record nodes have in common: the work is done by `invoke`, its rows are the output."""

    section = "Records"
    icon = "database"
    module = "records"
    capabilities = ("asks the world", "idempotent")
    handle_labels = MappingProxyType({"next": "Done", "none": "No row fits", "error": "It failed"})
    has_none: ClassVar[bool] = True

    def handles(self, properties: Any) -> tuple[str, ...]:
        return ("next", "none", "error") if self.has_none else ("next", "error")

    def outputs(self, properties: Any) -> Outputs:
        return {
            "rows": Output("list", "the rows"),
            "row": Output("object", "the first row, null without one"),
            "count": Output("integer", "how many rows there are"),
        }

    def visit(self, properties: Any, scene: Scene) -> Generator[Ask, Answer, Outcome]:
        rendered = rendered_properties(self.properties, properties, scene)
        answer = yield Invoke(type=self.name, properties=rendered, variables={}, timeout_s=TIMEOUT_S)
        if answer.failure is not None:
            raise NodeFailure(answer.failure.message, code=answer.failure.code)
        if properties.variable:
            scene.set(properties.variable, answer.value["rows"])
        none = self.has_none and answer.value["count"] == 0 and scene.connected("none")
        return Leave("none" if none else "next", answer.value)

    async def invoke(self, ask: Invoke, context: ActionContext | None = None) -> Any:
        """Do the work. The runtime calls this when the turn yields an Invoke."""
        from botflow_records.databases import databases  # SQLAlchemy is loaded when a node works, not with the plugin

        return await self.work(databases(), validated(self.properties, ask.properties), needed(context))

    @abstractmethod
    async def work(self, databases: Databases, properties: Any, context: ActionContext) -> dict[str, Any]:
        """Read, or change once for this visit; return the output."""


class ChangeNode(RecordNode):
    """What the nodes that make one change have in common."""

    async def work(self, databases: Databases, properties: Any, context: ActionContext) -> dict[str, Any]:
        step = self.step(properties)
        return await databases.change(context, lambda work: shown(work.step(step)))

    @abstractmethod
    def step(self, properties: Any) -> Step:
        """Return the change that the properties mean."""


class QueryRecords(RecordNode):
    """Reads rows of a table.

    {id: find, type: record, actionType: query,
     properties: {table: orders, match: {customer: "{{ email }}", status: [open, paid]}, orderBy: [-created], limit: 5}}

    It leaves by `none` when no row fits and that handle is connected. The output holds the rows, the first of them as
    `row`, and their count.
    """

    name = "record.query"
    title = "Find records"
    properties = QueryProperties

    async def work(self, databases: Databases, properties: QueryProperties, context: ActionContext) -> dict[str, Any]:
        return await databases.read(
            context,
            lambda work: shown(
                work.query(
                    properties.table,
                    properties.match,
                    columns=properties.columns,
                    order_by=properties.order_by,
                    limit=properties.limit,
                )
            ),
        )


class InsertRecord(ChangeNode):
    """Adds a row to a table, once.

    {id: order, type: record, actionType: insert,
     properties: {table: orders, values: {customer: "{{ email }}", quantity: "{{ qty }}"}}}

    The output holds the row as the database has it, with its new id.
    """

    name = "record.insert"
    title = "Add a record"
    properties = InsertProperties
    has_none = False

    def step(self, properties: InsertProperties) -> Step:
        return Step(do="insert", table=properties.table, values=properties.values)


class UpdateRecords(ChangeNode):
    """Changes rows of a table: one, unless `most` allows more.

    {id: paid, type: record, actionType: update,
     properties: {table: orders, match: {id: "{{ order }}"}, values: {status: paid}}}

    It leaves by `none` when no row fits and that handle is connected. The output holds the changed rows.
    """

    name = "record.update"
    title = "Change records"
    properties = UpdateProperties

    def step(self, properties: UpdateProperties) -> Step:
        return Step(
            do="update",
            table=properties.table,
            match=properties.match,
            values=properties.values,
            least=0,
            most=properties.most,
        )


class DeleteRecords(ChangeNode):
    """Deletes rows of a table: one, unless `most` allows more.

    {id: cancel, type: record, actionType: delete, properties: {table: orders, match: {id: "{{ order }}"}}}

    It leaves by `none` when no row fits and that handle is connected. The output holds the deleted rows.
    """

    name = "record.delete"
    title = "Delete records"
    properties = DeleteProperties

    def step(self, properties: DeleteProperties) -> Step:
        return Step(do="delete", table=properties.table, match=properties.match, least=0, most=properties.most)


class RecordTransaction(RecordNode):
    """Does several steps together: all of them, or nothing.

    {id: book, type: record, actionType: transaction,
     properties: {steps: [
       {do: update, table: rooms, match: {id: "{{ room }}", free: {atLeast: 1}}, values: {free: {add: -1}}},
       {do: insert, as: booking, table: bookings, values: {room: "{{ room }}", guest: "{{ email }}"}}]}}

    When fewer rows fit a step than its `least`, or more than its `most`, the node leaves by `error`, and nothing is
    changed. The output holds the first row of each step that has a name, by that name.
    """

    name = "record.transaction"
    title = "Change records together"
    properties = TransactionProperties
    has_none = False

    def outputs(self, properties: TransactionProperties) -> Outputs:
        return {
            "rows": Output("object", "the first row of each step that has a name, by that name"),
            "count": Output("integer", "how many rows there are in all steps"),
        }

    async def work(
        self, databases: Databases, properties: TransactionProperties, context: ActionContext
    ) -> dict[str, Any]:
        def together(work: Work) -> dict[str, Any]:
            done = [(step.name, work.step(step)) for step in properties.steps]
            named = {name: rows[0] if rows else None for name, rows in done if name}
            return within_bounds({"rows": named, "count": sum(len(rows) for _, rows in done)})

        return await databases.change(context, together)


def shown(rows: Rows) -> dict[str, Any]:
    """Return rows as a node's output."""
    return within_bounds({"rows": rows, "row": rows[0] if rows else None, "count": len(rows)})


def within_bounds(output: dict[str, Any]) -> dict[str, Any]:
    """Return the output; NodeFailure `record.too_large` when it is more than a turn should carry."""
    if len(orjson.dumps(output["rows"])) > LARGEST:
        raise NodeFailure(
            f"the rows have more than {LARGEST:,} bytes", code="record.too_large", hint="read fewer rows or columns"
        )
    return output
