# A run that is cancelled while it rests or works: what the crash tests of `finally` start.
"""One errand, then a rest; at `finally` two errands and an event. Every call leaves a line in a file."""

from botflow import Flow
from tests.faults.flows.errands import plugin, run

__all__ = ["flow", "plugin"]

flow = Flow("undoing", name="Undoing", mode="single", variables={"name": "nobody"})
start = flow.manual(id="start")
guard = flow.node("logic.try", id="guard")
named = flow.set({"name": "Ann"}, id="named")
work = flow.node(run.name, id="work", name="work", seconds="{{ $input.seconds }}")
rest = flow.wait("1h", id="rest")
undo = flow.node(run.name, id="undo", name="undo-{{ name }}")
tell = flow.node(run.name, id="tell", name="tell-{{ $guard.code }}")
emit = flow.emit("undone", id="emit")

start >> guard
guard["try"] >> named >> work >> rest
guard["finally"] >> undo >> tell >> emit
