"""Templates of messages in files: the folder `templates` beside a flow's file, `welcome.txt` and `welcome.html`.

`welcome.de.txt` and `welcome.de.html` are the same in another language of the flow. Their first line may be
`Subject: Your order {{ order }}`. They become part of the document when the flow is read: what is published does not
depend on files of one machine.
"""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import islice
from pathlib import Path

from pydantic import ValidationError

from botflow.errors import FlowError
from botflow.flow.document import TEMPLATES, SourceDocument
from botflow.flow.message_template import LONGEST_TEMPLATE, PROPERTY, MessageTemplate
from botflow.flow.translating.spoken_texts import MOST_LANGUAGES

FOLDER = "templates"
MOST_FILES = 1_000
KINDS = {"text": ".txt", "html": ".html"}
_SLUG = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_TAG = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")
_SUBJECT = re.compile(r"Subject:[ \t]*([^\r\n]*)\r?\n(?:[ \t]*\r?\n)?", re.IGNORECASE)


def with_templates(source: SourceDocument, flow: Path) -> SourceDocument:
    """Return the document with the templates that its nodes name and that are files beside `flow`.

    FlowError `template.file` for a file that is no template.
    """
    own = source.document.templates
    named = {node.properties.get(PROPERTY) for node in source.document.nodes}
    slugs = sorted(slug for slug in named - own.keys() if isinstance(slug, str) and _SLUG.fullmatch(slug))
    folder = flow.parent / FOLDER
    found = {slug: template for slug in slugs if (template := _read(folder, slug)) is not None}
    if not found:
        return source
    document = source.document
    translated = {path: texts for path, texts in document.translated.items() if path[0] == TEMPLATES}
    for slug, template in found.items():
        others = {tag: other for tag in _languages_of(folder, slug) if (other := _read(folder, f"{slug}.{tag}"))}
        for name, text in template.properties().items():
            theirs = {tag: texts[name] for tag, other in others.items() if name in (texts := other.properties())}
            translated[TEMPLATES, slug, name] = {**theirs, document.language: text}
    return replace(source, document=document.with_templates({**own, **found}, translated))


def template_files(flows: Path) -> list[Path]:
    """Return the files that may hold templates of the flows in a folder, or of the one in a file, up to a thousand."""
    folder = (flows if flows.is_dir() else flows.parent) / FOLDER
    if not folder.is_dir():
        return []
    return sorted(islice((path for path in folder.iterdir() if path.suffix in KINDS.values()), MOST_FILES))


def _languages_of(folder: Path, slug: str) -> list[str]:
    """Return the languages in which the folder has a template besides its own, at most fifty."""
    named = {path.name.removeprefix(f"{slug}.").rpartition(".")[0] for path in folder.glob(f"{slug}.*.*")}
    return [tag for tag in sorted(named) if _TAG.fullmatch(tag)][:MOST_LANGUAGES]


def _read(folder: Path, slug: str) -> MessageTemplate | None:
    """Return the template of a slug; None without a file of it."""
    texts: dict[str, str] = {}
    for name, suffix in KINDS.items():
        path = folder / f"{slug}{suffix}"
        if not path.is_file():
            continue
        subject, texts[name] = _parts(path)
        if subject and texts.setdefault("subject", subject) != subject:
            raise FlowError(
                f"{path} has another subject than {slug}{KINDS['text']}",
                code="template.file",
                hint="write it in one of them",
            )
    if not texts:
        return None
    try:
        return MessageTemplate.model_validate(texts)
    except ValidationError as failure:
        first = failure.errors(include_url=False)[0]
        raise FlowError(f"the template {slug!r} in {folder}: {first['msg']}", code="template.file") from None


def _parts(path: Path) -> tuple[str, str]:
    """Return the subject, "" without one, and the text of a file."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            written = file.read(2 * LONGEST_TEMPLATE)  # one that is longer is refused below
    except (OSError, UnicodeDecodeError) as failure:
        raise FlowError(f"{path} cannot be read as UTF-8 text: {failure}", code="template.file") from None
    head = _SUBJECT.match(written)
    return (head[1].strip(), written[head.end() :]) if head else ("", written)
