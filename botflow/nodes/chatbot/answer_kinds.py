"""The kinds of answers: how a form shows them and the properties that go with them, and what values they give."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated

from pydantic import Field

from botflow.flow.node_spec import Output, OutputType, Stored
from botflow.flow.translating.spoken_texts import SpokenChoice
from botflow.flow.widgets import Widget
from botflow.nodes.answers.expectation import Kind
from botflow.nodes.answers.file_kinds import FileKind, FileSize
from botflow.nodes.chatbot.bounds import BOUNDED, Bound
from botflow.nodes.chatbot.option import OptionProperties

ANSWER = "Answer"  # the group of properties in a form
KIND_LABELS: Mapping[str, str] = MappingProxyType(
    {
        "text": "Any text",
        "integer": "A whole number",
        "number": "A number",
        "yes_no": "Yes or no",
        "choice": "One of several choices",
        "choices": "Several of the choices",
        "date": "A date",
        "time": "A time of day",
        "datetime": "A date and time",
        "duration": "A duration",
        "money": "An amount of money",
        "rating": "A rating",
        "email": "An e-mail address",
        "phone": "A phone number",
        "url": "A web address",
        "regex": "A text that matches a pattern",
        "location": "A place on the map",
        "media": "Photos, audio or video",
        "file": "A file",
    }
)
_FILE_LABELS = {"image": "Images", "audio": "Audio", "video": "Videos", "pdf": "PDF", "docx": "Word", "xlsx": "Excel"}
_BOUNDED = {"expect": BOUNDED}
_OF_CHOICES = {"expect": ("choice", "choices")}
OF_FILES = {"expect": ("media", "file")}

LeastBound = Annotated[Bound, Widget(label="At least", show_when=_BOUNDED)]
MostBound = Annotated[Bound, Widget(label="At most", show_when=_BOUNDED)]
Choices = Annotated[tuple[SpokenChoice | OptionProperties, ...], Field(max_length=100), Widget(show_when=_OF_CHOICES)]
FileKinds = Annotated[
    tuple[Annotated[FileKind, Widget("text", placeholder="image/png")], ...],
    Field(max_length=20),
    Widget("multi-select", label="Kinds of files", options=_FILE_LABELS, show_when=OF_FILES),
]
LargestFile = Annotated[
    FileSize, Field(ge=1), Widget("text", label="Largest size", placeholder="5 MB", show_when=OF_FILES)
]

_FILE = Stored("object", fields=("url", "contentType", "name", "size"))
# What an answer's variable stores, as far as the checker compares with it.
STORED: Mapping[Kind, Stored] = MappingProxyType(
    {
        "text": Stored("text", is_any=True),
        "email": Stored("text", is_any=True),
        "phone": Stored("text"),
        "url": Stored("text", is_any=True),
        "integer": Stored("number"),
        "number": Stored("number"),
        "yes_no": Stored("boolean"),
        "date": Stored("date"),
        "time": Stored("time"),
        "datetime": Stored("datetime"),
        "duration": Stored("number"),
        "money": Stored("object", fields=("amount", "currency")),
        "rating": Stored("number"),
        "location": Stored("object", fields=("latitude", "longitude", "label")),
        "media": _FILE,
        "file": _FILE,
    }
)
_TYPES: Mapping[Kind, OutputType] = MappingProxyType({"integer": "integer", "choices": "list", "datetime": "datetime"})


def answer_output(kind: Kind, *, many: bool = False) -> Output:
    """Return the field that holds the stored answer."""
    stored = STORED.get(kind)
    plain: OutputType = stored.kind if stored is not None and stored.kind != "choice" else "text"
    return Output("list" if many else _TYPES.get(kind, plain), "the answer, as it is stored")
