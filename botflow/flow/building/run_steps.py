"""The part of `botflow.Flow` that writes control flow and the triggers of runs; see `flow.py`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from botflow.flow.building.step import Step, Time

Schema = Mapping[str, Mapping[str, Any]]


class RunSteps(Protocol):
    """Steps without an answer: triggers of runs, loops, try, parallel branches, waits and handoffs."""

    def node(self, type: str, /, *, id: str | None = None, label: str = "", **properties: Any) -> Step: ...

    def rule(self, step: Step, written: Mapping[str, Any]) -> None: ...

    # -- triggers of runs

    def manual(self, *, schema: Schema | None = None, id: str | None = None) -> Step:
        """Start by hand, by the API, or by another workflow; the input is the variable `input`."""
        return self.node("trigger.manual", id=id, schema=schema)

    def event(
        self, event: str, *, when: str | None = None, schema: Schema | None = None, id: str | None = None
    ) -> Step:
        """Start with each event of this name, if `when` holds: `flow.event("paid", when="$input.total > 100")`."""
        return self.node("trigger.event", id=id, event=event, when=when, schema=schema)

    def schedule(
        self,
        cron: str,
        *,
        time_zone: str | None = None,
        missed: str | None = None,
        input: Any = None,
        id: str | None = None,
    ) -> Step:
        """Start at moments such as `30 8 * * 1-5`: minute, hour, day, month, weekday."""
        return self.node("trigger.schedule", id=id, cron=cron, time_zone=time_zone, missed=missed, input=input)

    def ended(self, on: Sequence[str] = ("failed",), *, id: str | None = None) -> Step:
        """Start a run when an execution of this workflow has ended: `completed`, `failed` or `cancelled`."""
        return self.node("trigger.ended", id=id, on=list(on))

    def webhook(
        self,
        secret: str,
        *,
        signature: Mapping[str, Any] | None = None,
        former_secrets: Sequence[str] | None = None,
        key: str | None = None,
        schema: Schema | None = None,
        id: str | None = None,
    ) -> Step:
        """Start with a request that knows the secret of the credential `secret`, or is signed by it; with a `key`, once
        for each: `key="{{ $input.id }}"`."""
        return self.node(
            "trigger.webhook",
            id=id,
            secret=secret,
            signature=signature,
            former_secrets=list(former_secrets) if former_secrets else None,
            key=key,
            schema=schema,
        )

    def missed_call(self, *, say: str | None = None, id: str | None = None) -> Step:
        """Start a conversation in writing with a person who calls, after the sentence `say`."""
        return self.node("trigger.missed_call", id=id, say=say)

    def campaign(
        self,
        field: str,
        *,
        at: str | None = None,
        before: Time | None = None,
        after: Time | None = None,
        repeats: str | None = None,
        late: Time | None = None,
        group: str | None = None,
        channel: str | None = None,
        sender: str | None = None,
        per_minute: int | None = None,
        input: Any = None,
        id: str | None = None,
    ) -> Step:
        """Start a conversation so long before or after a date of a contact: `flow.campaign("due", before="3d",
        at="09:00")`; the flow declares the field in `contact_fields`."""
        when: dict[str, Any] = {"at": at, "before": before, "after": after, "repeats": repeats, "late": late}
        whom: dict[str, Any] = {"group": group, "channel": channel, "from_": sender, "per_minute": per_minute}
        return self.node("trigger.campaign", id=id, field=field, **when, **whom, input=input)

    # -- control flow

    def wait(
        self,
        for_: Time | None = None,
        *,
        until: str | None = None,
        business_hours: Mapping[str, Any] | None = None,
        time_zone: str | None = None,
        id: str | None = None,
    ) -> Step:
        """Wait: `flow.wait("2h")`, `flow.wait(until="09:00")`; handles `next`, `message`."""
        return self.node(
            "logic.wait", id=id, for_=for_, until=until, business_hours=business_hours, time_zone=time_zone
        )

    def loop(
        self,
        items: str | Sequence[Any] | None = None,
        *,
        while_: str | None = None,
        as_: str | None = None,
        index: str | None = None,
        limit: int | None = None,
        id: str | None = None,
    ) -> Step:
        """Repeat what `loop["each"]` leads to, for each of `items` or while a condition holds; then `done`."""
        return self.node("logic.loop", id=id, items=items, while_=while_, as_=as_, index=index, limit=limit)

    def attempt(self, *, id: str | None = None) -> Step:
        """logic.try: run `["try"]`, after a failure `["error"]`, in any case `["finally"]`; then `next`."""
        return self.node("logic.try", id=id)

    def parallel(
        self,
        branches: Sequence[str] | None = None,
        *,
        each: str | Sequence[Any] | None = None,
        as_: str | None = None,
        until: str | int | None = None,
        timeout: Time | None = None,
        variable: str | None = None,
        id: str | None = None,
    ) -> Step:
        """Run what each branch's handle leads to at once, or what `["each"]` leads to for every item; then `done`."""
        listed = [{"id": branch} for branch in branches] if branches is not None else None
        return self.node(
            "logic.parallel",
            id=id,
            branches=listed,
            each=each,
            as_=as_,
            until=until,
            timeout=timeout,
            variable=variable,
        )

    def run(
        self,
        workflow: str,
        *,
        input: Mapping[str, Any] | None = None,
        wait: bool | None = None,
        variable: str | None = None,
        timeout: Time | None = None,
        id: str | None = None,
    ) -> Step:
        """Start another workflow, whose id may be a template; handles `done`, `error`, `timeout`."""
        return self.node(
            "logic.run", id=id, workflow=workflow, input=input, wait=wait, variable=variable, timeout=timeout
        )

    def handoff(
        self,
        queue: str | None = None,
        *,
        note: str | None = None,
        priority: str | None = None,
        summary: Sequence[str] | None = None,
        results: Sequence[str] | None = None,
        timeout: Time | None = None,
        id: str | None = None,
    ) -> Step:
        """Wait for a person, who talks to the contact instead of the flow; handles `returned`, `timeout`, and
        `requested`, which tells people of it."""
        told: dict[str, Any] = {"note": note, "priority": priority, "summary": summary, "results": results}
        return self.node("logic.handoff", id=id, queue=queue, **told, timeout=timeout)

    def start_conversation(
        self,
        to: str,
        channel: str,
        *,
        workflow: str | None = None,
        input: Mapping[str, Any] | None = None,
        sender: str | None = None,
        key: str | None = None,
        id: str | None = None,
    ) -> Step:
        """Start a conversation with another person, by this workflow or another; handles `next`, `busy`, `error`."""
        return self.node(
            "logic.start", id=id, to=to, channel=channel, workflow=workflow, input=input, from_=sender, key=key
        )

    def emit(self, event: str, payload: Any = None, *, id: str | None = None) -> Step:
        """Start every workflow that listens to `event`."""
        return self.node("logic.emit", id=id, event=event, payload=payload)

    def log(self, message: str, *, level: str | None = None, id: str | None = None) -> Step:
        """Write a line into the execution's log; levels are debug, info, warning, error."""
        return self.node("logic.log", id=id, message=message, level=level)

    def end(self, *, output: Any = ..., id: str | None = None) -> Step:
        """End the whole execution with `output` as its result, or without one with the variables; None is null. The
        next message starts another."""
        step = self.node("logic.end", id=id, output=None if output is ... else output)
        if output is None:  # `node` leaves out properties that are None
            self.rule(step, {"properties": {"output": None}})
        return step
