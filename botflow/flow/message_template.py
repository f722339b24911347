"""Templates of whole messages, such as e-mails: a subject and a body, kept with the document under a slug.

Beside a flow's file they are files, `templates/welcome.txt` and `templates/welcome.html`; the document holds their
texts (`templates: {welcome: {subject, text, html}}`), so that a published version has them wherever it runs. Each of
them may be in several languages: `{en: Welcome!, de: Willkommen!}`, or a file `welcome.de.html` for each.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field, model_validator

from botflow.flow.fields import CAMEL_CASE
from botflow.flow.translating.spoken_texts import Spoken

LONGEST_TEMPLATE = 100_000  # characters of one text
LONGEST_SUBJECT = 1_000  # before it is rendered
PROPERTY = "template"  # of a node whose type takes one
TemplateSlug = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]


class MessageTemplate(BaseModel):
    """A template of a message. Its texts may be templates with `{{ }}`."""

    model_config = CAMEL_CASE

    subject: Annotated[Spoken, Field(max_length=LONGEST_SUBJECT)] = ""
    """The subject, on one line."""
    text: Annotated[Spoken, Field(max_length=LONGEST_TEMPLATE)] = ""
    """The message as plain text."""
    html: Annotated[Spoken, Field(max_length=LONGEST_TEMPLATE)] = ""
    """The message as HTML. Values that `{{ }}` puts into it are escaped."""

    @model_validator(mode="after")
    def _says_something(self) -> MessageTemplate:
        if not self.text.strip() and not self.html.strip():
            raise ValueError("a template has a text, html or both")
        return self

    def properties(self) -> dict[str, str]:
        """Return the texts that it has, by the names of a node's properties."""
        return {name: text for name, text in self if text}
