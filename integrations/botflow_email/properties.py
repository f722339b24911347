"""The properties of email.send."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from botflow.flow.fields import Marker, Properties, WrongProperty
from botflow.flow.message_template import LONGEST_SUBJECT, LONGEST_TEMPLATE
from botflow.flow.templates.template import is_template
from botflow.flow.translating.spoken_texts import Spoken, by_language
from botflow.flow.widgets import Widget
from botflow_email.mailboxes import has_shape, parts_of

MOST_RECIPIENTS = 50  # of one e-mail, in to, cc and bcc together
MOST_ATTACHMENTS = 20
LONGEST_RENDERED_SUBJECT = 200
_CONTENT_TYPE = re.compile(r"[A-Za-z0-9!#$&^_.+-]{1,60}/[A-Za-z0-9!#$&^_.+-]{1,60}")

Address = Annotated[str, Field(max_length=2_000)]
Addresses = Address | Annotated[tuple[Address, ...], Field(max_length=MOST_RECIPIENTS)]
Source = Annotated[str, Field(min_length=1, max_length=2_000)]


class AttachedFile(Properties):
    """A file of an e-mail: one of `url`, `artifact` and `text`."""

    url: Source | None = None
    """The address of a file: one that a visitor has sent, such as `{{ photo.url }}`, or one of the web. A template may
    be a list of them."""
    artifact: Source | None = None
    """The name of a file that an action of this execution has saved."""
    text: Annotated[str, Field(min_length=1, max_length=LONGEST_TEMPLATE)] | None = None
    """The content itself, as a text. May be a template."""
    name: Annotated[str, Field(max_length=500)] = ""
    """The file's name for the receiver. May be a template. Without it: the file's own."""
    content_type: str = ""
    """The MIME type, such as `text/csv`. Without it: the file's own."""

    @model_validator(mode="before")
    @classmethod
    def _accept_address(cls, raw: Any) -> Any:
        return {"url": raw} if isinstance(raw, str) else raw

    @model_validator(mode="after")
    def _has_one_source(self) -> AttachedFile:
        if sum(source is not None for source in (self.url, self.artifact, self.text)) != 1:
            raise WrongProperty("an attachment has one of url, artifact and text", "url")
        if self.content_type and not _CONTENT_TYPE.fullmatch(self.content_type):
            raise WrongProperty(f"{self.content_type[:40]!r} is no MIME type such as text/csv", "contentType")
        return self


class SendEmailProperties(Properties):
    """The e-mail, and to whom it goes."""

    to: Annotated[Addresses, Widget("template-input", placeholder="{{ email }}")]
    """The receivers: addresses such as `ann@example.com` or `Ann <ann@example.com>`, as a list or with commas between
    them. May be templates; the value of one is one address, or a list of them."""
    cc: Addresses = ()
    """Receivers of a copy, whom all receivers see."""
    bcc: Addresses = ()
    """Receivers of a copy, whom nobody else sees."""
    reply_to: Addresses = ()
    """Where answers go. Without it: to the sender."""
    subject: Annotated[Spoken, Field(max_length=LONGEST_SUBJECT)] = ""
    """The subject. May be a template. At most 200 characters are sent."""
    text: Annotated[Spoken, Field(max_length=20_000), Widget("template-textarea")] = ""
    """The e-mail as plain text. May be a template. Without it: the words of `html`."""
    html: Annotated[
        str,
        Field(max_length=LONGEST_TEMPLATE),
        Marker("template", longest=LONGEST_TEMPLATE, spoken="text"),
        by_language(str),
        Widget("template-textarea"),
    ] = ""
    """The e-mail as HTML. May be a template; values in it are escaped."""
    template: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")] | None = None
    """The slug of a template, which has the subject and the texts: `templates/<slug>.txt` and `.html` beside the
    flow."""
    attachments: Annotated[tuple[AttachedFile, ...], Field(max_length=MOST_ATTACHMENTS)] = ()
    """Files to attach: addresses, or objects with `url`, `artifact` or `text`. Up to 16 MiB together."""
    priority: Literal["high", "normal", "low"] = "normal"
    """What mail programs show beside the e-mail."""

    @model_validator(mode="after")
    def _is_complete(self) -> SendEmailProperties:
        if not self.text.strip() and not self.html.strip():
            raise WrongProperty("there is nothing to send: give it a text, html or a template", "text")
        if not self.subject.strip():
            raise WrongProperty("the e-mail has no subject", "subject")
        if not is_template(self.subject) and len(self.subject.strip()) > LONGEST_RENDERED_SUBJECT:
            message = f"the subject has {len(self.subject.strip())} characters, more than {LONGEST_RENDERED_SUBJECT}"
            raise WrongProperty(message, "subject")
        if not texts_of(self.to):
            raise WrongProperty("there is no receiver", "to")
        for name, written in (("to", self.to), ("cc", self.cc), ("bcc", self.bcc), ("replyTo", self.reply_to)):
            _check(written, name)
        written_out = [
            part for each in (self.to, self.cc, self.bcc) for text in texts_of(each) for part in parts_of(text)
        ]
        if len(written_out) > MOST_RECIPIENTS:
            raise WrongProperty(f"there are more than {MOST_RECIPIENTS} receivers", "to")
        return self


def texts_of(written: str | tuple[str, ...]) -> tuple[str, ...]:
    """Return what is written of addresses, blank texts left out."""
    return tuple(text for text in ((written,) if isinstance(written, str) else written) if text.strip())


def _check(written: str | tuple[str, ...], name: str) -> None:
    for position, text in enumerate((written,) if isinstance(written, str) else written):
        for part in parts_of(text):
            if not is_template(part) and not has_shape(part):
                at = (name,) if isinstance(written, str) else (name, position)
                raise WrongProperty(f"{part.strip()[:60]!r} is no e-mail address", *at)
