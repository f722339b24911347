"""A workflow's document: what authors and editors write, in YAML or JSON, before it is compiled to a Flow.

camelCase is canonical, snake_case accepted; an unknown key is an error. Nodes may also be React Flow's, with their
content under `data`; what an editor keeps about its own canvas is dropped. `next` and `on` are sugar for edges.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any, Literal

from pydantic import (
    Field,
    PrivateAttr,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

from botflow.flow.chat_access import ChatAccess
from botflow.flow.contact_fields import ContactFields
from botflow.flow.fields import VariableName
from botflow.flow.graph import ExecutionMode
from botflow.flow.locale_codes import Country, Language
from botflow.flow.message_template import MessageTemplate, TemplateSlug
from botflow.flow.placed import CredentialName, PlacedEdge, PlacedInterrupt, PlacedNode, Slug
from botflow.flow.policy import Policy
from botflow.flow.problems import NOWHERE, FlowProblems, Path, Place, Problem, Report
from botflow.flow.reading.edit import with_positions
from botflow.flow.reading.react_flow import flat_document
from botflow.flow.reading.schema_problems import report_invalid
from botflow.flow.reading.source import Reading, unfit
from botflow.flow.theme import Theme
from botflow.flow.translating.spoken_texts import MOST_LANGUAGES, Spoken, languages_of

SPOKEN = ("apology", "expired_text", "corrected_text", "recap")
TEMPLATES = "templates"
SPOKEN_IN_INTERRUPTS = ("match", "examples")
Translated = Mapping[Path, Mapping[str, Any]]


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
    """How the chat looks: `{color, logo, radius, position, launcher}`, a colour such as `"#0b6b5d"`, the https address
    of a picture, the roundness of corners in pixels, the button's side (`left`, `right`) and its text."""
    chat: ChatAccess = Field(default_factory=ChatAccess)
    """How web pages and other clients reach it: `{page, origins, frames, identity, protocols, feedback, brand}`."""
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

    def with_templates(self, templates: Mapping[str, MessageTemplate], translated: Translated) -> Document:
        """Return the document with these templates of messages, in the place of its own, and with their texts that are
        written in several languages, by the paths of those."""
        copied = self.model_copy(update={"templates": dict(templates)})
        others = {path: texts for path, texts in self._translated.items() if path[0] != TEMPLATES}
        copied._translated = {**others, **translated}
        return copied

    def with_templates_of(self, other: Document) -> Document:
        """Return the document with the templates of another one, in all languages."""
        theirs = {path: texts for path, texts in other.translated.items() if path[0] == TEMPLATES}
        return self.with_templates(other.templates, theirs)

    def template_texts(self, slug: str) -> dict[str, str | dict[str, str]]:
        """Return the texts of a template by their names; one that is written in several languages by those that the
        document speaks."""
        texts: dict[str, str | dict[str, str]] = {}
        for name, text in self.templates[slug].properties().items():
            written = self._translated.get((TEMPLATES, slug, name), {})
            spoken = {tag: written[tag] for tag in (self.language, *self.languages) if tag in written}
            texts[name] = spoken if len(spoken) > 1 else text
        return texts

    def policy(self) -> Policy:
        """Return the rules, which the document has beside the graph."""
        return Policy.model_construct(**{name: getattr(self, name) for name in Policy.model_fields})

    def to_json(self) -> dict[str, Any]:
        """Return the canonical form: camelCase, every edge in `edges`, defaults left out."""
        plain = self.model_dump(mode="json", by_alias=True, exclude_defaults=True, exclude={"nodes", "edges"})
        full = {"botflow": 1, **plain, "name": self.name or self.id}
        full["nodes"] = [node.to_json() for node in self.nodes]
        full["edges"] = [link.edge.to_json() for link in self.links()]
        for slug in self.templates:
            full[TEMPLATES][slug] = self.template_texts(slug)
        for path, texts in self._translated.items():
            if path[0] == TEMPLATES:
                continue
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
        document = moved.document.with_templates_of(self.document)  # also those of files
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
    for slug, template in raw.get(TEMPLATES, {}).items():
        for name in MessageTemplate.model_fields:
            if isinstance(template.get(name), Mapping):
                yield (TEMPLATES, slug, name), template[name]
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
