"""Flows in Python: `start >> ask >> menu`, then `menu["pizza"] >> quantity`. Public as `botflow.Flow`.

A builder only makes a document, the same one that YAML would give; it is checked and compiled like any other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypedDict, Unpack

from botflow.errors import UsageError
from botflow.flow.building.choosing_steps import ChoosingSteps
from botflow.flow.building.contact_steps import ContactSteps
from botflow.flow.building.run_steps import RunSteps
from botflow.flow.building.step import Exit, Step, Text, Time, as_written, document_key, present
from botflow.flow.document import nowhere, shape
from botflow.flow.graph import ExecutionMode
from botflow.flow.problems import FlowProblems, Report

Option = str | Mapping[str, Any]
Files = Sequence[str | Mapping[str, str]]


class PolicyWords(TypedDict, total=False):
    """A workflow's rules, which `Flow(...)` takes beside its own arguments, named as in `policy.Policy`.

    Each as at the top of a YAML document: `Flow("shop", time_zone="Europe/Berlin", bursts="merge")`.
    """

    time_zone: str
    expires: Time
    expired_text: Text
    corrections: bool
    corrected_text: Text
    recap: Text
    bursts: Literal["queue", "merge", "supersede"]
    merge_within: Time
    pace: Literal["human", "instant"]
    ordering: Literal["accepted", "sent"]
    validity: Time
    quiet_hours: Mapping[Literal["from", "to"], str]
    countries: Sequence[str]
    opt_outs: Literal["person", "channel"]
    budgets: Mapping[str, Mapping[str, Any]]


_METHODS = {
    "nodes": "its methods add nodes, such as flow.say(...)",
    "edges": "`>>` draws edges",
    "interrupts": "flow.interrupt(...) adds one",
    "botflow": "a flow in Python needs none",
}


class Flow(ChoosingSteps, ContactSteps, RunSteps):
    """A workflow, written in Python. Every method adds a node and returns its step; ids are derived unless given."""

    def __init__(
        self,
        id: str,
        *,
        name: str = "",
        description: str = "",
        language: str = "en",
        languages: Sequence[str] = (),
        detect_language: bool = False,
        region: str | None = None,
        mode: ExecutionMode | None = None,
        execution_mode: ExecutionMode | None = None,
        variables: Mapping[str, Any] | None = None,
        contact_fields: Mapping[str, Mapping[str, Any]] | None = None,
        apology: Text | None = None,
        theme: Mapping[str, str] | None = None,
        credentials: Mapping[str, str] | None = None,
        templates: Mapping[str, Mapping[str, str]] | None = None,
        **policy: Unpack[PolicyWords],
    ) -> None:
        """`mode` is short for `execution_mode`. The other arguments, such as `time_zone` and `bursts`, are the rules of
        the workflow; see `PolicyWords`. UsageError `builder.argument` for what its methods make.
        """
        if made := sorted(_METHODS.keys() & policy.keys()):
            message = f"Flow() takes no argument {made[0]!r}"
            raise UsageError(message, code="builder.argument", hint=_METHODS[made[0]])
        if None not in (mode, execution_mode) and mode != execution_mode:
            raise UsageError("mode and execution_mode contradict each other", code="builder.argument", hint="give one")
        self.id = id
        self._settings = present(
            name=name or id,
            description=description or None,
            language=language,
            languages=list(languages),
            detectLanguage=detect_language or None,
            region=region,
            executionMode=execution_mode or mode or "persistent",
            variables=dict(variables or {}),
            contactFields=dict(contact_fields) if contact_fields else None,
            apology=as_written(apology),
            theme=dict(theme) if theme else None,
            credentials=dict(credentials) if credentials else None,
            templates={slug: dict(texts) for slug, texts in templates.items()} if templates else None,
        ) | present(**{document_key(rule): as_written(value) for rule, value in policy.items()})
        self._nodes: dict[str, dict[str, Any]] = {}
        self._edges: dict[tuple[str, str | None], dict[str, Any]] = {}
        self._interrupts: list[dict[str, Any]] = []
        self._subflows: dict[str, Flow] = {}

    # -- any node, edges, interrupts

    def node(self, type: str, /, *, id: str | None = None, label: str = "", **properties: Any) -> Step:
        """Add a node of any type, a plugin's too: `flow.node("shop.price", item="pizza")`.

        A property that is None is left out; a name that is a Python keyword takes an underscore: `from_`.
        """
        family, _, action = type.partition(".")
        if not action:
            raise UsageError(f"{type!r} is no node type", code="builder.type", hint="write it as type.action")
        written = {document_key(name): as_written(value) for name, value in properties.items() if value is not None}
        return self._add(family, action, id or self._free_id(action), label, written)

    def connect(self, leaving: Exit, target: Step) -> Step:
        """Draw an edge; `>>` does the same."""
        for step in (leaving.step, target):
            if step.flow is not self:
                raise UsageError(f"the step {step.id!r} belongs to another flow", code="builder.other_flow")
        way = (leaving.step.id, leaving.handle)
        if way in self._edges:
            handle = f"handle {leaving.handle!r}" if leaving.handle else "main handle"
            raise UsageError(
                f"the {handle} of {way[0]!r} already leads to {self._edges[way]['target']!r}", code="builder.edge"
            )
        self._edges[way] = present(source=way[0], sourceHandle=way[1], target=target.id)
        return target

    def rule(self, step: Step, written: Mapping[str, Any]) -> None:
        """Set keys of a node that are not properties of its type; `Step.rules` does the same."""
        self._nodes[step.id] |= written

    def interrupt(
        self,
        target: Step,
        *words: str | Mapping[str, Sequence[str]],
        pattern: str | None = None,
        intent: str | None = None,
        examples: Sequence[str] | Mapping[str, Sequence[str]] = (),
        id: str | None = None,
    ) -> None:
        """Let people interrupt any question to visit `target`, by `words`, a pattern or an intent; then go back.

        `examples` are messages that have the intent. For several languages give a mapping: `{"en": ["help"]}`.
        """
        match = words[0] if words and isinstance(words[0], Mapping) else list(words)
        means = present(match=as_written(match), pattern=pattern, intent=intent, examples=as_written(examples))
        self._interrupts.append(present(id=id or target.id, **means, target=target.id))

    # -- triggers

    def message_received(self, *, id: str | None = None) -> Step:
        """Start with a person's message, on every channel."""
        return self.node("chatbot.message_received", id=id or self._free_id("start"))

    def opened(self, *, id: str | None = None) -> Step:
        """Start when a visitor opens the chat: the place for a greeting."""
        return self.node("chatbot.opened", id=id or self._free_id("opened"))

    # -- conversation

    def say(
        self,
        text: Text,
        *,
        media: Files | None = None,
        quick_replies: Sequence[str | Mapping[str, str]] | None = None,
        pace: str | None = None,
        id: str | None = None,
    ) -> Step:
        """Say something, then leave by `next`. A quick reply with a `url` opens a link."""
        return self.node("chatbot.say", id=id, text=text, media=media, quick_replies=quick_replies, pace=pace)

    def ask(
        self,
        text: Text,
        *,
        variable: str | None = None,
        skip_if_known: bool | None = None,
        expect: str | None = None,
        min: float | str | None = None,
        max: float | str | None = None,
        pattern: str | None = None,
        choices: Sequence[Option] | None = None,
        choices_from: Mapping[str, Any] | None = None,
        media: Files | None = None,
        accept: Sequence[str] | None = None,
        many: bool | None = None,
        invalid_text: Text | None = None,
        retries: int | None = None,
        timeout: Time | None = None,
        reminders: Sequence[Mapping[str, Any]] | None = None,
        pace: str | None = None,
        id: str | None = None,
    ) -> Step:
        """Ask a question and wait; handles `answered`, `invalid`, `timeout`."""
        return self.node(
            "chatbot.ask",
            id=id or self._free_id(f"ask_{variable}".replace(".", "_") if variable else "ask"),
            text=text,
            variable=variable,
            skip_if_known=skip_if_known,
            expect=expect,
            min=min,
            max=max,
            pattern=pattern,
            choices=choices,
            choices_from=choices_from,
            media=media,
            accept=accept,
            many=many,
            invalid_text=invalid_text,
            retries=retries,
            timeout=timeout,
            reminders=reminders,
            pace=pace,
        )

    def menu(
        self,
        text: Text,
        options: Mapping[str, Option] | Sequence[Mapping[str, Any]] = (),
        *,
        options_from: Mapping[str, Any] | None = None,
        media: Files | None = None,
        variable: str | None = None,
        invalid_text: Text | None = None,
        retries: int | None = None,
        timeout: Time | None = None,
        reminders: Sequence[Mapping[str, Any]] | None = None,
        pace: str | None = None,
        id: str | None = None,
    ) -> Step:
        """Offer options; each id is a handle, beside `other` and `timeout`. With `options_from` the handle is `chosen`.

        `options` are labels by id, `{"pizza": "Pizza"}`, or objects: `{"pizza": {"label": "Pizza", "match": ["pie"]}}`.
        """
        return self.node(
            "chatbot.menu",
            id=id,
            text=text,
            options=_named(options, key="id", word="label") or None,
            options_from=options_from,
            media=media,
            variable=variable,
            invalid_text=invalid_text,
            retries=retries,
            timeout=timeout,
            reminders=reminders,
            pace=pace,
        )

    def form(
        self,
        fields: Sequence[Mapping[str, Any]],
        *,
        text: Text | None = None,
        media: Files | None = None,
        words: Sequence[str] | None = None,
        confirm: Text | None = None,
        retries: int | None = None,
        timeout: Time | None = None,
        reminders: Sequence[Mapping[str, Any]] | None = None,
        pace: str | None = None,
        id: str | None = None,
    ) -> Step:
        """Ask several questions, of which one message may answer many; handles `done`, `invalid`, `timeout`.

        `fields` are objects: `{"name": "people", "text": "For how many?", "expect": "integer", "words": ["for"]}`.
        """
        return self.node(
            "chatbot.form",
            id=id,
            text=text,
            media=media,
            fields=list(fields),
            words=words,
            confirm=confirm,
            retries=retries,
            timeout=timeout,
            reminders=reminders,
            pace=pace,
        )

    # -- decisions

    def branch(self, cases: Mapping[str, str], *, id: str | None = None) -> Step:
        """Leave by the first handle whose condition holds, or by `else`: `flow.branch({"large": "qty >= 5"})`."""
        return self.node("conditional.branch", id=id, cases=_named(cases, key="handle", word="when"))

    # -- models

    def route(
        self,
        routes: Mapping[str, Option] | Sequence[Mapping[str, Any]],
        *,
        input: str | None = None,
        instructions: str | None = None,
        model: str | None = None,
        timeout: Time | None = None,
        id: str | None = None,
    ) -> Step:
        """Let a model choose among `routes`, descriptions by handle; beside them `fallback` and `error`."""
        return self.node(
            "ai.route",
            id=id,
            routes=_named(routes, key="handle", word="description"),
            input=input,
            instructions=instructions,
            model=model,
            timeout=timeout,
        )

    def reply(
        self,
        instructions: str,
        *,
        fallback: Text | None = None,
        variable: str | None = None,
        history: int | None = None,
        max_tokens: int | None = None,
        model: str | None = None,
        timeout: Time | None = None,
        media: Files | None = None,
        id: str | None = None,
    ) -> Step:
        """Let a model write the reply; `fallback` is said when there is none. Handles `next`, `error`."""
        return self.node(
            "ai.reply",
            id=id,
            instructions=instructions,
            fallback=fallback,
            variable=variable,
            history=history,
            max_tokens=max_tokens,
            model=model,
            timeout=timeout,
            media=media,
        )

    def extract(
        self,
        fields: Mapping[str, Mapping[str, Any]],
        *,
        input: str | None = None,
        model: str | None = None,
        timeout: Time | None = None,
        id: str | None = None,
    ) -> Step:
        """Let a model read values into variables; handles `done`, `missing`, `error`."""
        return self.node("ai.extract", id=id, fields=fields, input=input, model=model, timeout=timeout)

    # -- the rest

    def set(self, variables: Mapping[str, Any], *, id: str | None = None) -> Step:
        """Assign variables, values or templates: `flow.set({"total": "{{ price * qty }}"})`."""
        return self.node("logic.set", id=id, variables=variables)

    def subflow(
        self,
        workflow: str | Flow,
        *,
        input: Mapping[str, Any] | None = None,
        output: Mapping[str, str] | None = None,
        id: str | None = None,
    ) -> Step:
        """Run another workflow as a part of this one; a Flow given here is included in `documents()`."""
        if isinstance(workflow, Flow):
            self._subflows[workflow.id] = workflow
        name = workflow.id if isinstance(workflow, Flow) else workflow
        return self.node("logic.subflow", id=id or self._free_id(name), workflow=name, input=input, output=output)

    # -- the result

    def document(self) -> dict[str, Any]:
        """Return the canonical document, as YAML would give it; FlowProblems when it is not a valid one."""
        raw: dict[str, Any] = {"botflow": 1, "id": self.id, **self._settings}
        raw |= {"nodes": list(self._nodes.values()), "edges": list(self._edges.values())}
        report = Report(self.id, nowhere)
        document = shape({**raw, "interrupts": self._interrupts}, report)
        if document is None:
            raise FlowProblems(report.problems)
        return document.to_json()

    def documents(self) -> dict[str, dict[str, Any]]:
        """Return this document and those of the flows it runs, by id."""
        found: dict[str, dict[str, Any]] = {}
        waiting: list[Flow] = [self]
        while waiting:
            flow = waiting.pop()
            if flow.id not in found:
                found[flow.id] = flow.document()
                waiting += flow._subflows.values()
        return found

    def _add(self, family: str, action: str, id: str, label: str, properties: dict[str, Any]) -> Step:
        if id in self._nodes:
            raise UsageError(f"two nodes have the id {id!r}", code="builder.duplicate_id", hint="give one another id=")
        written = present(label=label, properties=properties)
        self._nodes[id] = {"id": id, "type": family, "actionType": action, **written}
        return Step(self, id)

    def _free_id(self, stem: str) -> str:
        if stem not in self._nodes:
            return stem
        return next(name for number in range(2, 1_000_000) if (name := f"{stem}_{number}") not in self._nodes)


def _named(
    items: Mapping[str, Option] | Mapping[str, str] | Sequence[Mapping[str, Any]], *, key: str, word: str
) -> list[dict[str, Any]]:
    """Return a list of objects from words, or objects, by their names."""
    if not isinstance(items, Mapping):
        return [dict(item) for item in items]
    return [{key: name, **({word: item} if isinstance(item, str) else item)} for name, item in items.items()]
