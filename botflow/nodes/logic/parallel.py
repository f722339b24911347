"""logic.parallel: several branches at once, each a run of its own, on any free worker."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any, Literal

import orjson
from pydantic import Field, JsonValue, model_validator

from botflow.engine.effects import CancelRuns, StartRun
from botflow.engine.events import RunStarted
from botflow.engine.node_type import KeepWaiting, Leave, NodeFailure, NodeType, Park, Visit
from botflow.engine.scene import Scene
from botflow.flow.fields import Duration, HandleName, Properties, VariableName, WrongProperty
from botflow.flow.node_spec import ItemHandles, Output, Outputs
from botflow.flow.widgets import Widget
from botflow.nodes.logic.child_results import clipped_result, ended, room_for
from botflow.nodes.logic.loop import list_of

MOST_BRANCHES = 1_000
LARGEST_START = 8_000_000  # characters of JSON: the initial variables of all branches together
EACH = "each"
_OWN = ("done", "error", "timeout")


class BranchProperties(Properties):
    """One branch."""

    id: Annotated[HandleName, Widget(label="Name", placeholder="stock")]
    """The handle at which the branch begins. `done`, `error` and `timeout` are reserved."""
    label: Annotated[str, Widget("text")] = ""
    """A name for the reader."""


class ParallelProperties(Properties):
    """What to run at once. One of `branches` and `each` is needed."""

    branches: Annotated[tuple[BranchProperties, ...], Field(max_length=100)] = ()
    """The branches, each with an `id`."""
    each: (
        Annotated[str | list[JsonValue], Widget("template-input", label="For each", placeholder="{{ names }}")] | None
    ) = None
    """A list of at most 1,000 items, or a template that gives one. The part at the handle `each` runs for each item."""
    item: Annotated[VariableName, Widget(label="Store the item in", show_when={"each": True})] = Field(
        default="item", alias="as"
    )
    """The variable that holds the item."""
    until: Annotated[
        Literal["all", "any"] | Annotated[int, Field(ge=1, le=MOST_BRANCHES)],
        Widget(label="Until", options={"all": "All have succeeded", "any": "One has succeeded"}),
    ] = "all"
    """How many branches must succeed: `all`, `any` or a number. What still runs then is cancelled."""
    timeout: Annotated[Duration, Widget(label="Wait at most")] | None = None
    """How long to wait; then the node leaves by `timeout`."""
    variable: Annotated[VariableName, Widget(label="Store the results in")] | None = None
    """The variable that stores the results, `{branch: {status, output, error}}`. The branches of a list are named 0, 1,
    2."""

    @model_validator(mode="after")
    def _branches_somewhere(self) -> ParallelProperties:
        if bool(self.branches) == (self.each is not None):
            raise WrongProperty("give it branches or each, one of the two", "branches")
        ids = [branch.id for branch in self.branches]
        for position, id in enumerate(ids):
            if id in _OWN:
                message = f"a branch cannot be named {id!r}: the node has a meaning for that word"
                raise WrongProperty(message, "branches", position, "id")
            if ids.index(id) < position:
                raise WrongProperty(f"two branches are named {id!r}", "branches", position, "id")
        if isinstance(self.until, int) and self.branches and self.until > len(self.branches):
            message = f"there are only {len(self.branches)} branches to succeed, and not {self.until}"
            raise WrongProperty(message, "until")
        return self


class Parallel(NodeType):
    """Runs branches at the same time, each as a run of its own with a copy of the variables.

    {id: both, type: logic, actionType: parallel, properties: {branches: [{id: stock}, {id: price}], variable: results}}

    Any worker takes a branch. A branch cannot talk to the person; it ends where no edge leads on. Its output is what
    its `logic.end` says, or else the variables that it changed. The node leaves by `error` as soon as too few branches
    can still succeed. All results together have at most 30,000 characters; of larger ones `execution` says where they
    are. The results are also the output `results`. Each branch has its own item, and shares the other variables.
    """

    name = "logic.parallel"
    title = "Parallel branches"
    section = "Control flow"
    icon = "split"
    handle_labels = MappingProxyType(
        {"done": "Enough have succeeded", "error": "Too few have succeeded", "each": "For each item"}
    )
    item_handles = ItemHandles("branches", "id", "label")
    properties = ParallelProperties

    def handles(self, properties: ParallelProperties) -> tuple[str, ...]:
        return ("done", *self.branches(properties), "error", "timeout")

    def branches(self, properties: ParallelProperties) -> tuple[str, ...]:
        return tuple(branch.id for branch in properties.branches) or (EACH,)

    def rests(self, properties: ParallelProperties) -> bool:
        return True

    def sets(self, properties: ParallelProperties) -> tuple[str, ...]:
        item = (properties.item,) if properties.each is not None else ()
        return (*item, properties.variable) if properties.variable else item

    def outputs(self, properties: ParallelProperties) -> Outputs:
        return {"results": Output("object", "for each branch its `status`, and its `output` or its `error`")}

    def visit(self, properties: ParallelProperties, scene: Scene) -> Visit:
        starts = _starts(properties, scene)
        characters = sum(len(orjson.dumps(start.input)) for start in starts)
        if characters > LARGEST_START:
            raise NodeFailure(
                f"{len(starts)} branches would begin with {characters} characters of variables, and at most"
                f" {LARGEST_START} are allowed",
                code="parallel.too_large",
            )
        count = len(starts) if properties.each is not None else len(properties.branches)
        needed = {"all": count, "any": min(count, 1)}.get(str(properties.until), properties.until)
        scene.notes.update(count=count, needed=needed, group=scene.group, results={})
        for start in starts:
            scene.follow_up(start)
            scene.record(RunStarted(scene.node.id, start.branch, ""))
        for branch in self._loose(properties, scene):
            scene.notes["results"][branch] = {"status": "completed", "output": {}}
        decided = self._decide(properties, scene)
        return Park(("child_done",), for_s=properties.timeout) if decided is None else decided

    def resume(self, properties: ParallelProperties, scene: Scene) -> Visit:
        notes = scene.notes
        if scene.alarm is not None:
            scene.follow_up(CancelRuns(group=notes["group"]))
            if scene.connected("timeout"):
                return Leave("timeout", self._results(properties, scene))
            raise NodeFailure(f"{len(notes['results'])} of {notes['count']} branches came", code="parallel.timeout")
        branch, result = ended(scene)
        results = notes["results"]
        if branch not in results and _is_one(branch, properties, notes["count"]):
            execution = str(scene.inbound.parameters.get("execution", ""))
            results[branch] = clipped_result(result, room_for(results, notes["count"]), execution)
        decided = self._decide(properties, scene)
        return KeepWaiting() if decided is None else decided

    def _loose(self, properties: ParallelProperties, scene: Scene) -> tuple[str, ...]:
        """Return the branches without an edge: they have nothing to run."""
        return tuple(branch.id for branch in properties.branches if not scene.connected(branch.id))

    def _decide(self, properties: ParallelProperties, scene: Scene) -> Visit | None:
        """Return how the node leaves, or None while that is undecided."""
        notes = scene.notes
        statuses = [result["status"] for result in notes["results"].values()]
        succeeded = statuses.count("completed")
        still = notes["count"] - len(statuses)
        if succeeded < notes["needed"] <= succeeded + still:
            return None
        if still:
            scene.follow_up(CancelRuns(group=notes["group"]))
        if succeeded >= notes["needed"]:
            return Leave("done", self._results(properties, scene))
        message = f"{succeeded} of {notes['count']} branches have succeeded, and {notes['needed']} had to"
        if not scene.connected("error"):
            raise NodeFailure(message, code="parallel.failed")
        results = self._results(properties, scene)
        return Leave("error", {"code": "parallel.failed", "message": message, "node": scene.node.id, **results})

    def _results(self, properties: ParallelProperties, scene: Scene) -> Mapping[str, Any]:
        """Return the results of the branches, "cancelled" for those that did not end, and store them in `variable`."""
        results = dict(scene.notes["results"])
        whole = {name: results.get(name, {"status": "cancelled"}) for name in _names(properties, scene)}
        return {"results": scene.set(properties.variable, whole) if properties.variable else whole}


def _names(properties: ParallelProperties, scene: Scene) -> list[str]:
    return [branch.id for branch in properties.branches] or list(map(str, range(scene.notes["count"])))


def _is_one(branch: str, properties: ParallelProperties, count: int) -> bool:
    """Say whether a branch has this name, without a list of all names: it is asked for each of them."""
    if properties.branches:
        return any(branch == each.id for each in properties.branches)
    return branch.isdecimal() and len(branch) < 5 and int(branch) < count and branch == str(int(branch))


def _starts(properties: ParallelProperties, scene: Scene) -> list[StartRun]:
    """Return a run for each branch that has an edge."""
    level = scene.level
    variables = dict(scene.variables)
    if scene.is_run:  # for `$input`; a subflow's own variables do not hold it
        variables.setdefault("input", scene.levels[0].variables.get("input"))
    own: list[tuple[str, str, dict[str, Any]]]
    if properties.each is None:
        own = [(branch.id, branch.id, {}) for branch in properties.branches]
    else:
        items = list_of(scene.render_value(properties.each), MOST_BRANCHES)
        own = [(EACH, str(at), {properties.item: item}) for at, item in enumerate(items)]
        variables.pop(properties.item, None)
    shared = scene.kept.share(variables)
    return [
        StartRun(
            branch=branch,
            group=scene.group,
            flow=level.flow_id,
            node=target,
            input={**shared.variables, **more},
            kept=shared.kept,
            kept_of=shared.kept_of,
        )
        for handle, branch, more in own
        if (target := level.flow.target(level.node, handle)) is not None
    ]
