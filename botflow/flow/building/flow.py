"""Flows in Python: `start >> ask >> menu`, then `menu["pizza"] >> quantity`. Public as `botflow.Flow`.

A builder only makes a document, the same one that YAML would give; it is checked and compiled like any other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypedDict, Unpack

from botflow.errors import UsageError
from botflow.flow.building.choosing_steps import ChoosingSteps
from botflow.flow.building.contact_steps import ContactSteps
from botflow.flow.building.conversation_steps import ConversationSteps
from botflow.flow.building.model_steps import ModelSteps
from botflow.flow.building.run_steps import RunSteps
from botflow.flow.building.step import Exit, Step, Text, Time, as_written, document_key, named_items, present
from botflow.flow.document import nowhere, shape
from botflow.flow.graph import ExecutionMode
from botflow.flow.problems import FlowProblems, Report


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


class Flow(ConversationSteps, ChoosingSteps, ModelSteps, ContactSteps, RunSteps):
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
        results: Sequence[str] = (),
        contact_fields: Mapping[str, Mapping[str, Any]] | None = None,
        apology: Text | None = None,
        theme: Mapping[str, str | int] | None = None,
        chat: Mapping[str, Any] | None = None,
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
            results=list(results) or None,
            contactFields=dict(contact_fields) if contact_fields else None,
            apology=as_written(apology),
            theme=dict(theme) if theme else None,
            chat=dict(chat) if chat else None,
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

    # -- decisions

    def branch(self, cases: Mapping[str, str], *, id: str | None = None) -> Step:
        """Leave by the first handle whose condition holds, or by `else`: `flow.branch({"large": "qty >= 5"})`."""
        return self.node("conditional.branch", id=id, cases=named_items(cases, key="handle", word="when"))

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
