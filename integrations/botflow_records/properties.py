"""What a flow writes under `properties` of the record nodes."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from botflow.flow.fields import Properties, WrongProperty
from botflow.flow.widgets import Widget

MOST_ROWS = 1_000
MOST_STEPS = 20
# Names of columns are compared with the allow-list; they are never templates.
Name = Annotated[str, Field(min_length=1, max_length=128)]
Plain = None | bool | int | float | str
Table = Annotated[Name, Widget("combobox", source="records.tables", example="orders")]
Variable = Annotated[str, Field(min_length=1, max_length=64), Widget("combobox", source="variables")] | None


class Comparison(Properties):
    """A comparison of a column with values; all that are given must hold. Columns that are null fit `not` alone."""

    not_: Plain = Field(default=None, alias="not")
    """Another value than this one. `null`: any value."""
    above: Plain = None
    """More than this."""
    at_least: Plain = None
    """This or more."""
    below: Plain = None
    """Less than this."""
    at_most: Plain = None
    """This or less."""
    contains: str | None = None
    """A text within the column's text; capitals do not matter."""

    @model_validator(mode="after")
    def _compares(self) -> Comparison:
        if not self.model_fields_set:
            raise ValueError("there is nothing to compare with: give it not, above, atLeast, below, atMost or contains")
        if missing := [name for name in self.model_fields_set - {"not_"} if getattr(self, name) is None]:
            written = type(self).model_fields[missing[0]].alias
            raise WrongProperty(f"{written} needs a value; null fits only not", str(written))
        return self


class Reference(Properties):
    """A value of a row that a former step of the transaction found or wrote."""

    ref: Annotated[str, Field(pattern=r"^[^.\s]{1,64}\.[^.\s]{1,128}$")]
    """The step's `as` and the column: `order.id`."""


class Increase(Properties):
    """A number to add to what the row has: safe when others change it at the same moment."""

    add: int | float | str
    """The number; less than 0 takes away. May be a template."""


Match = Annotated[
    dict[Name, Reference | Comparison | Plain | list[Plain]],
    Widget("match-builder", source="records.columns", depends_on=("table",), example={"status": "open"}),
]
Values = Annotated[
    dict[Name, Reference | Increase | Plain | list[Plain] | dict[str, Any]],
    Field(min_length=1),
    Widget(
        "single-row-update", source="records.columns", depends_on=("table",), mode="update", example={"status": "paid"}
    ),
]
SomeMatch = Annotated[Match, Field(min_length=1)]
Most = Annotated[int, Field(ge=1, le=MOST_ROWS)]


class QueryProperties(Properties):
    """Which rows to read, and what of them."""

    table: Table
    """The table."""
    match: Match = Field(default_factory=dict)
    """What the rows must have: a value, a list of values of which one must fit, or a comparison such as
    `{atLeast: 5}`, for each column. Values may be templates. Without it: all rows."""
    columns: Annotated[
        tuple[Name, ...],
        Field(max_length=200),
        Widget("multi-select", source="records.columns", depends_on=("table",)),
    ] = ()
    """The columns to read. Without it: all that flows may use."""
    order_by: Annotated[tuple[Name, ...], Field(max_length=10)] = ()
    """The columns to sort by, `-created` for the newest first."""
    limit: Most = 100
    """The most rows to read."""
    variable: Variable = None
    """The variable that stores the list of rows."""


class InsertProperties(Properties):
    """The row to add."""

    table: Table
    """The table."""
    values: Values
    """The value of each column; may be templates. Columns that are left out get what the database gives them."""
    variable: Variable = None
    """The variable that stores the list with the row as the database has it, its new id included."""


class UpdateProperties(Properties):
    """Which rows to change, and how."""

    table: Table
    """The table."""
    match: SomeMatch
    """What the rows must have, as in `record.query`."""
    values: Values
    """The new value of each column; may be templates. `{add: -1}` changes a number by so much."""
    most: Most = 1
    """The most rows that may be changed. If more fit, none is changed, and the node leaves by `error`."""
    variable: Variable = None
    """The variable that stores the list of changed rows."""


class DeleteProperties(Properties):
    """Which rows to delete."""

    table: Table
    """The table."""
    match: SomeMatch
    """What the rows must have, as in `record.query`."""
    most: Most = 1
    """The most rows that may be deleted. If more fit, none is deleted, and the node leaves by `error`."""
    variable: Variable = None
    """The variable that stores the list of deleted rows."""


class Step(Properties):
    """One step of a transaction. A value may be `{ref: order.id}`: what the step named `order` wrote or found."""

    do: Literal["query", "insert", "update", "delete"]
    """What to do."""
    name: Annotated[str, Field(pattern=r"^[^.\s]{1,64}$")] | None = Field(default=None, alias="as")
    """The name by which later steps refer to the row."""
    table: Table
    """The table."""
    match: Match = Field(default_factory=dict)
    """What the rows must have, as in `record.query`; not for `insert`. Rows that `query` reads cannot be changed by
    others before the transaction is over."""
    values: Values = Field(default_factory=dict)
    """The values to write, for `insert` and `update`."""
    least: Annotated[int, Field(ge=0, le=MOST_ROWS)] = 1
    """The fewest rows that must fit; if there are fewer, nothing of the transaction is done."""
    most: Most = 1
    """The most rows that may fit."""

    @model_validator(mode="after")
    def _fits_together(self) -> Step:
        if (self.do in ("insert", "update")) != bool(self.values):
            raise WrongProperty("insert and update need values, the other steps have none", "values")
        if (self.do == "insert") == bool(self.match):
            raise WrongProperty("insert has no match, every other step needs one", "match")
        if self.least > self.most:
            raise WrongProperty(f"least {self.least} is more than most {self.most}", "least")
        return self


class TransactionProperties(Properties):
    """What to do together: all of it, or nothing."""

    steps: Annotated[tuple[Step, ...], Field(min_length=1, max_length=MOST_STEPS)]
    """The steps, in order."""
    variable: Variable = None
    """The variable that stores the rows: an object with the first row of each step that has a name."""

    @model_validator(mode="after")
    def _refer_to_former_steps(self) -> TransactionProperties:
        named: set[str] = set()
        for position, step in enumerate(self.steps):
            for part in ("match", "values"):
                for column, given in getattr(step, part).items():
                    if isinstance(given, Reference) and given.ref.partition(".")[0] not in named:
                        raise WrongProperty(
                            f"no former step is named as in {given.ref}", "steps", position, part, column
                        )
            if step.name in named:
                raise WrongProperty(f"two steps are named {step.name!r}", "steps", position, "as")
            if step.name:
                named.add(step.name)
        return self
