"""A workflow's document: what authors and editors write, in YAML or JSON, before it is compiled to a Flow.

camelCase is canonical, snake_case accepted; an unknown key is an error. Nodes may also be React Flow's, with their
content under `data`; what an editor keeps about its own canvas is dropped. `next` and `on` are sugar for edges.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    Field,
    PrivateAttr,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

from botflow.flow.contact_fields import ContactFields
from botflow.flow.duration import Duration
from botflow.flow.fields import CAMEL_CASE, VariableName
from botflow.flow.graph import ExecutionMode
from botflow.flow.locale_codes import Country, Language
from botflow.flow.message_template import MessageTemplate, TemplateSlug
from botflow.flow.policy import Policy, Retry
from botflow.flow.problems import NOWHERE, FlowProblems, Path, Place, Problem, Report
from botflow.flow.reading.edit import with_positions
from botflow.flow.reading.react_flow import flat_document, flat_edge, flat_node
from botflow.flow.reading.schema_problems import report_invalid
from botflow.flow.reading.source import Reading, unfit
from botflow.flow.theme import Theme
from botflow.flow.translating.spoken_texts import MOST_LANGUAGES, Spoken, in_one_language, languages_of

SPOKEN = ("apology", "expired_text", "corrected_text", "recap")
SPOKEN_IN_INTERRUPTS = ("match", "examples")
_SLUG = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_NODE_ID = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.:-]{0,63}")


def _slug(text: str) -> str:
    if not _SLUG.fullmatch(text):
        raise PydanticCustomError(
            "id.invalid",
            "{text} is no id: at most 64 of a-z 0-9 - _, the first a letter or digit",
            {"text": repr(text)},
        )
    return text


def _node_id(text: str) -> str:
    if not _NODE_ID.fullmatch(text):
        raise PydanticCustomError(
            "id.invalid",
            "{text} is no id: at most 64 of A-Z a-z 0-9 _ - . :, the first a letter, digit or _",
            {"text": repr(text[:80])},
        )
    return text


Slug = Annotated[str, AfterValidator(_slug)]
NodeId = Annotated[str, AfterValidator(_node_id)]
Handle = Annotated[str, Field(min_length=1, max_length=64)]
CredentialName = Annotated[str, Field(min_length=1, max_length=64)]


class Position(BaseModel):
    """Where an editor draws a node."""

    model_config = CAMEL_CASE

    x: float = Field(allow_inf_nan=False)
    y: float = Field(allow_inf_nan=False)


class PlacedNode(BaseModel):
    """A node as written. `next` and `on` are short forms for edges."""

    model_config = CAMEL_CASE

    id: NodeId
    """The node's name, unique in the flow: `A-Z a-z 0-9 _ - . :`, at most 64 characters."""
    type: str
    """The first half of the node type, such as `chatbot`."""
    action_type: str
    """The second half of the node type, such as `ask`."""
    label: str = ""
    """A name for people."""
    position: Position | None = None
    """Where an editor draws the node: `{x, y}`."""
    properties: dict[str, Any] = Field(default_factory=dict)
    """What the node type needs; see the node types."""
    retry: Retry | None = None
    """How often a failing node is tried again, before it leaves by `error`: `{attempts, delay, backoff}`. Not for the
    runs that `logic.run` and `logic.parallel` start."""
    time_limit: Duration | None = None
    """How long each request of the node to the outside world may take."""
    credential: CredentialName | None = None
    """The credential whose secret fields the node's action gets."""
    next: str | None = None
    """The node after this one: an edge from its first handle."""
    on: dict[Handle, str] = Field(default_factory=dict)
    """Edges from its handles: `{handle: node}`."""

    @property
    def type_name(self) -> str:
        return f"{self.type}.{self.action_type}"

    def to_json(self) -> dict[str, Any]:
        """Return the canonical form without `next` and `on`: their edges are the document's."""
        return self.model_dump(mode="json", by_alias=True, exclude_defaults=True, exclude={"next", "on"})

    @model_validator(mode="before")
    @classmethod
    def _accept_react_flow(cls, raw: Any) -> Any:
        return flat_node(raw)


class PlacedEdge(BaseModel):
    """An edge as written."""

    model_config = CAMEL_CASE

    id: str = Field(default="", max_length=256)
    """The edge's name."""
    source: str
    """The node where the edge begins."""
    source_handle: Handle | None = None
    """The handle by which it leaves. Without it: the first one."""
    target: str
    """The node where the edge ends."""
    target_handle: str | None = None
    """Kept for editors; it has no effect."""
    data: dict[str, Any] = Field(default_factory=dict)
    """Kept for editors; it has no effect."""

    def to_json(self) -> dict[str, Any]:
        """Return the canonical form."""
        return self.model_dump(mode="json", by_alias=True, exclude_defaults=True)

    @model_validator(mode="before")
    @classmethod
    def _accept_react_flow(cls, raw: Any) -> Any:
        return flat_edge(raw)


InterruptWords = Annotated[
    tuple[Annotated[str, Field(min_length=1)], ...],
    BeforeValidator(in_one_language, json_schema_input_type=tuple[str, ...] | dict[str, tuple[str, ...]]),
]


class PlacedInterrupt(BaseModel):
    """A way out of any question: keywords, a pattern, an intent or examples, and the node it leads to."""

    model_config = CAMEL_CASE

    id: NodeId
    """The interrupt's name."""
    match: InterruptWords = ()
    """Words: the message is one of them."""
    pattern: str | None = None
    """A regular expression (RE2) that finds something in the message."""
    intent: Annotated[str, Field(min_length=1)] | None = None
    """A description; a model decides whether the message means it."""
    examples: InterruptWords = ()
    """Messages that people write for it, beside `intent` or instead of it. The built-in model needs them."""
    target: str
    """The node to which the interrupt leads. When the part that begins there ends, the question is asked again."""


class Document(Policy):
    """A workflow's document, well-formed; the checker says whether it makes sense."""

    botflow: Literal[1] = 1
    """The version of this format."""
    id: Slug
    """The workflow's name in addresses: `a-z 0-9 - _`, at most 64 characters."""
    name: str = ""
    """The name that people see. Without it: the id."""
    description: str = ""
    """What it is for, for those who work on it."""
    language: Language = "en"
    """The language of texts, answers and botflow's own sentences, which exist in `en`, `de`, `es`, `fr`, `it`, `pt`,
    `nl`, `pl`, `tr` and `ar`."""
    languages: Annotated[tuple[Language, ...], Field(max_length=MOST_LANGUAGES)] = ()
    """The other languages that the flow speaks. Its texts are then `{en: ..., de: ...}`."""
    detect_language: bool = False
    """Whether the language of a person's first message decides in which language the conversation begins."""
    region: Country | None = None
    """A country such as `GB`, for phone numbers and the order of day and month."""
    execution_mode: ExecutionMode = "persistent"
    """`persistent`: one session per person, with many conversations. `single`: one run per trigger, which may wait for
    a time or for other runs, but not for a message."""
    variables: dict[str, Any] = Field(default_factory=dict)
    """Variables and their values at the start."""
    results: tuple[VariableName, ...] = Field(default=(), max_length=200)
    """The variables that a table of results shows, in this order. Without it: those that were collected, neither
    constants nor the items of loops."""
    contact_fields: ContactFields = Field(default_factory=dict)
    """The fields of a contact that the flow uses, besides `name`, `language` and `timeZone`: `{name: {type, choices}}`.
    The type is `text`, `number`, `boolean`, `date`, `datetime` or `choice`."""
    apology: Spoken | None = None
    """What to say when a turn fails. Without it: a sentence in the language."""
    credentials: dict[CredentialName, CredentialName] = Field(default_factory=dict)
    """The organization's credentials for a channel or a model, by module: `{module: name}`. Without an entry: the
    organization's default for the module, else the deployment's settings."""
    templates: dict[TemplateSlug, MessageTemplate] = Field(default_factory=dict, max_length=200)
    """Templates of e-mails by slug: `{slug: {subject, text, html}}`. Those that nodes name and the document does not
    have are read from the folder `templates` beside the flow's file: `slug.txt`, `slug.html`."""
    theme: Theme | None = None
    """How the chat page looks: `{color, logo}`, a colour such as `"#0b6b5d"` and the https address of a picture."""
    nodes: tuple[PlacedNode, ...]
    """The nodes."""
    edges: tuple[PlacedEdge, ...] = ()
    """The edges, besides those of `next` and `on`."""
    interrupts: tuple[PlacedInterrupt, ...] = ()
    """Ways out of any question."""

    _translated: dict[Path, Mapping[str, Any]] = PrivateAttr(default_factory=dict)
    _spoken: dict[str, Document] = PrivateAttr(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _accept_react_flow(cls, raw: Any) -> Any:
        return flat_document(raw)

    @field_validator("languages")
    @classmethod
    def _are_others(cls, languages: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        for tag in languages:
            if tag == info.data.get("language") or languages.count(tag) > 1:
                raise PydanticCustomError("document.invalid", "{tag} is there twice", {"tag": repr(tag)})
        return languages

    def links(self) -> Iterator[Link]:
        """Yield every edge; those of `next` and `on` come after the others."""
        for position, edge in enumerate(self.edges):
            path: Path = ("edges", position)
            yield Link(edge, path, (*path, "source"), (*path, "sourceHandle"), (*path, "target"))
        for position, node in enumerate(self.nodes):
            if node.next is not None:
                at: Path = ("nodes", position, "next")
                yield Link(PlacedEdge(source=node.id, target=node.next), at, at, at, at)
            for handle, target in node.on.items():
                at = ("nodes", position, "on", handle)
                yield Link(PlacedEdge(source=node.id, source_handle=handle, target=target), at, at, at, at)

    def spoken_in(self, tag: str) -> Document:
        """Return the document with its own texts in another of its languages; those of nodes are the nodes' business.

        A text that is not written in that language stays in the document's own.
        """
        return self._spoken[tag]

    @property
    def translated(self) -> Mapping[Path, Mapping[str, Any]]:
        """The texts beside the nodes that are written in several languages, by their paths in the model."""
        return self._translated

    def texts_of(self, name: str) -> Iterator[tuple[Path, str]]:
        """Yield one of the document's own texts in every language, with its path; none if it is not there."""
        written = self._translated.get((name,))
        if written is not None:
            yield from (((to_camel(name), tag), text) for tag, text in written.items())
        elif (text := getattr(self, name)) is not None:
            yield (to_camel(name),), text

    def policy(self) -> Policy:
        """Return the rules, which the document has beside the graph."""
        return Policy.model_construct(**{name: getattr(self, name) for name in Policy.model_fields})

    def to_json(self) -> dict[str, Any]:
        """Return the canonical form: camelCase, every edge in `edges`, defaults left out."""
        plain = self.model_dump(mode="json", by_alias=True, exclude_defaults=True, exclude={"nodes", "edges"})
        full = {"botflow": 1, **plain, "name": self.name or self.id}
        full["nodes"] = [node.to_json() for node in self.nodes]
        full["edges"] = [link.edge.to_json() for link in self.links()]
        for path, texts in self._translated.items():
            if path[0] == "interrupts":
                full["interrupts"][path[1]][path[2]] = dict(texts)
            else:
                full[to_camel(str(path[0]))] = dict(texts)
        return full


@dataclass(frozen=True, slots=True)
class Link:
    """An edge, and the paths of its parts: sugar has one path for all of them."""

    edge: PlacedEdge
    path: Path
    source: Path
    handle: Path
    target: Path


@dataclass(frozen=True, slots=True)
class SourceDocument:
    """A document with the text it came from, so that problems have lines; `problems` are those of its translations."""

    name: str
    document: Document
    reading: Reading
    problems: tuple[Problem, ...] = ()

    def place(self, path: Path) -> Place:
        return self.reading.place(path)

    @property
    def text(self) -> str:
        """The document as it is written, comments and all."""
        return self.reading.text

    def to_json(self) -> dict[str, Any]:
        """Return the document's canonical form, without sugar."""
        return self.document.to_json()

    def moved(self, positions: Mapping[str, tuple[float, float]]) -> SourceDocument:
        """Return the document with nodes at other positions; its text keeps comments, order and sugar."""
        moved = parse(with_positions(self.reading, positions), name=self.name)
        document = moved.document.model_copy(update={"templates": self.document.templates})  # also those of files
        return replace(moved, document=document)


def parse(text: str, *, name: str) -> SourceDocument:
    """Read a document, YAML or JSON; `name` is the file's, for messages.

    Raises FlowProblems when the text cannot be read or is not a document; `check` finds all other problems.
    """
    reading = Reading(text, name)
    report = Report(name, reading.place)
    document = shape(reading.value, report)
    if document is None:
        raise FlowProblems(report.problems)
    return SourceDocument(name, document, reading)


def read_document(value: Mapping[str, Any]) -> Document:
    """Validate plain JSON, in each of its languages; ValidationError when it is no document."""
    languages = languages_of(value)
    document = Document.model_validate(value, context=languages)
    if document.languages:
        document._translated.update(_in_several_languages(value))
        for tag in document.languages:
            spoken = Document.model_validate(value, context=replace(languages, wanted=tag))
            document._spoken[tag] = spoken.model_copy(update={"language": tag})
    return document


def _in_several_languages(raw: Mapping[str, Any]) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    for name in SPOKEN:
        written = raw.get(to_camel(name), raw.get(name))
        if isinstance(written, Mapping):
            yield (name,), written
    for position, interrupt in enumerate(raw.get("interrupts", ())):
        for name in SPOKEN_IN_INTERRUPTS:
            if isinstance(interrupt.get(name), Mapping):
                yield ("interrupts", position, name), interrupt[name]


def shape(value: Any, report: Report) -> Document | None:
    """Return the document that plain JSON holds; None, and errors in `report`, when it is not one."""
    if not isinstance(value, Mapping):
        report.error("document.invalid", "a document is a mapping with id, nodes and edges", ())
        return None
    if (fault := unfit(value)) is not None:
        report.error(*fault, ())
        return None
    try:
        return read_document(value)
    except ValidationError as failure:
        report_invalid(failure, Document, value, report)
        return None


def nowhere(_: Path) -> Place:
    """The `locate` of a document that came without text."""
    return NOWHERE
