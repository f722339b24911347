"""What the compiler and the checker must know about a node type, with the defaults of most node types.

The engine's NodeType derives from it and adds the visit. All methods get the validated properties of one placed node.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Literal, NamedTuple, Protocol

from pydantic import BaseModel

from botflow.flow.contact_fields import ContactField
from botflow.flow.fields import Properties
from botflow.flow.graph import Category, ExecutionMode


class NoProperties(Properties):
    """Nothing to set."""


class Advice(NamedTuple):
    """A warning about a property, or what is wrong with it, at its path below `properties`, with the code that names
    its kind."""

    path: tuple[str | int, ...]
    message: str
    hint: str = ""
    code: str = "property.no_effect"


Capability = Literal["asks the world", "streams", "waits", "idempotent"]
OutputType = Literal["text", "integer", "number", "boolean", "date", "time", "datetime", "object", "list", "any"]
StoredKind = Literal["text", "number", "boolean", "choice", "date", "time", "datetime", "object"]
_WORDS: dict[StoredKind, str] = {
    "text": "a text",
    "number": "a number",
    "boolean": "true or false",
    "choice": "the id of an option",
    "date": "a date such as 2026-11-27",
    "time": "a time such as 09:30",
    "datetime": "a moment such as 2026-11-27T09:30",
    "object": "an object",
}


class Stored(NamedTuple):
    """What a node stores in a variable: its kind, the only values of a choice, and the fields of an object. `is_any`: a
    text of which nothing is known, because a person writes it."""

    kind: StoredKind
    choices: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    is_any: bool = False

    @property
    def words(self) -> str:
        return _WORDS[self.kind]


class Output(NamedTuple):
    """One field of a node's output: `any` is a value whose type is not known before it is there."""

    type: OutputType = "any"
    description: str = ""


Outputs = Mapping[str, Output]


class ItemHandles(NamedTuple):
    """One handle for each item of the list `property` (`cards.buttons`: of each such list in a list): the item's keys
    `name` and `label` are its name and its label.

    All are names as documents have them.
    """

    property: str
    name: str = "handle"
    label: str = ""


class StartedWorkflow(NamedTuple):
    """The workflow that a node starts at its `trigger.manual`, "" for its own, and the input that it gives; `path` is
    that of its id, below `properties`."""

    id: str
    input: Mapping[str, Any]
    path: tuple[str | int, ...] = ()


class Surroundings(Protocol):
    """What a node type may ask about the place of its node, to give advice."""

    @property
    def language(self) -> str:
        """Return the BCP 47 tag of the workflow's language."""

    def connected(self, handle: str) -> bool:
        """Say whether an edge leads on from the node's handle."""

    def is_variable(self, name: str) -> bool:
        """Say whether the workflow has a variable of this name."""

    def keywords(self) -> Iterable[tuple[str, str]]:
        """Return the words that lead away from any question, each after the id of its interrupt."""

    def may_be(self, expression: str, value: Any) -> bool:
        """Say whether an expression may have this value, as far as that is known."""

    def stored(self, expression: str) -> tuple[Stored, ...]:
        """Return all that a variable, or an output `value`, may hold beside nothing; empty if that is not known."""


class NodeSpec:
    """The base of node types. `name` is `type.action`, for example `chatbot.ask`; unknown properties are refused.

    `title`, `section` (the heading under which it is listed) and `icon` (a name of Lucide's icons) are what people see;
    without them they are made of the name. The first paragraph of the docstring says what the node does, a paragraph
    that begins with `{id:` is an example. `version` rises when the meaning of a property or of a handle changes.
    `handle_labels` say what leaving by a handle means, `item_handles` which handles the properties make.

    `capabilities` are what a node may do at run time. "asks the world": it calls something outside of botflow, such as
    a model or a service, before it leaves. "streams": what it says is shown while it is written. "waits": it may park
    the session for a person, a time or another run. "idempotent": repeating it after a crash changes nothing in the
    world that its first attempt has changed. A node type with `waits` or `rests` need not say the third; one that does
    not ask the world is idempotent, because a turn's effects leave once, with its commit.

    `takes_template`: its property `template` may name one of the document's templates of messages, whose texts then
    stand for the properties `subject`, `text` and `html`. `module`: the credential module whose fields its action gets,
    also where the node names no credential. `reads_contact`: it reads or changes the person's contact, also when no
    property mentions it. `needs_person`: it starts a conversation, which a single run cannot be.
    """

    name: str
    title: str = ""
    section: str = ""
    icon: str = ""
    version: int = 1
    capabilities: tuple[Capability, ...] = ()
    reads_contact: bool = False
    needs_person: bool = False
    category: Category = "action"
    takes_template: bool = False
    module: str = ""
    properties: type[BaseModel] = NoProperties
    handle_labels: Mapping[str, str] = MappingProxyType({})
    item_handles: ItemHandles | None = None

    @property
    def documentation(self) -> str:
        """What the node type says of itself: its docstring."""
        return inspect.cleandoc(type(self).__doc__ or "")

    def handles(self, properties: Any) -> tuple[str, ...]:
        """Return every handle the node may leave by; `next:` sugar binds the first."""
        return ("next",)

    def waits(self, properties: Any) -> bool:
        """Say whether the node may wait for a message, which a single run cannot."""
        return False

    def sets(self, properties: Any) -> tuple[str, ...]:
        """Return the names of the variables the node may assign: by default the one in its property `variable`."""
        variable = getattr(properties, "variable", None)
        return (variable,) if isinstance(variable, str) and variable else ()

    def outputs(self, properties: Any) -> Outputs | None:
        """Return every field that the node's output may have, for `{{ $node.field }}`; None if that is not known.

        Fields of a failure (code, message, node) are known anyway.
        """
        return None

    def destination(self, properties: Any) -> str:
        """Return the address that the node's credential is sent to, where the flow says it and not the credential; the
        values in it may be anything. "" for none."""
        return ""

    def speaks(self, properties: Any) -> bool:
        """Say whether the node says something to the session's person without waiting for an answer."""
        return False

    def sends(self, properties: Any) -> bool:
        """Say whether the node may send to another person than the session's."""
        return False

    def rests(self, properties: Any) -> bool:
        """Say whether the node waits, but not for a person: a loop through it does not spin."""
        return False

    def never_leaves_by(self, properties: Any) -> tuple[str, ...]:
        """Return handles by which the node never leaves with these properties: `timeout` without a timeout."""
        has_no_timeout = getattr(properties, "timeout", ...) is None
        return ("timeout",) if has_no_timeout and "timeout" in self.handles(properties) else ()

    def fails_conversation(self, properties: Any) -> bool:
        """Say whether the world may let the node fail: then a conversation ends with the apology, unless `error` leads
        on."""
        return "asks the world" in self.capabilities and "error" in self.handles(properties)

    def has_person(self, mode: ExecutionMode) -> bool:
        """Say of a trigger whether what it starts may have a person to talk to."""
        return True

    def input_names(self, properties: Any) -> Mapping[str, bool] | None:
        """Return the names of the input that a trigger takes, and whether it needs them; None if it takes any."""
        return None

    def starts_workflow(self, properties: Any) -> StartedWorkflow | None:
        """Return the workflow that the node starts, as far as that is known before it runs."""
        return None

    def bodies(self, properties: Any) -> tuple[str, ...]:
        """Return the handles where bodies begin: parts of the graph that end back at the node."""
        return ()

    def branches(self, properties: Any) -> tuple[str, ...]:
        """Return the handles where branches begin: parts of the graph that run as runs of their own."""
        return ()

    def hears_ends(self, properties: Any) -> tuple[str, ...]:
        """Return the statuses of ended executions of its workflow by which a trigger starts a run."""
        return ()

    def may_store(self, properties: Any, value: Any) -> bool:
        """Say whether the node's output `value`, and its variable, may be this value."""
        return True

    def stored(self, properties: Any, name: str) -> Stored | None:
        """Return what the node stores in its variable `name`, or for "" in its output `value`; None if unknown."""
        return None

    def misfits(self, properties: Any, fields: Mapping[str, ContactField]) -> Iterable[Advice]:
        """Return what is wrong with properties that name fields of a contact, which the document declares."""
        return ()

    def advice(self, properties: Any, around: Surroundings) -> Iterable[Advice]:
        """Return warnings about properties, such as one that has no effect where the node stands."""
        return ()
