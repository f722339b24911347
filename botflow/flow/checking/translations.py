"""Checks of a flow in several languages: texts that are missing, and those that read other values than the original."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace

from pydantic.alias_generators import to_camel

from botflow.flow.checking.variables import variables_read
from botflow.flow.document import TEMPLATES
from botflow.flow.fields import Text
from botflow.flow.message_template import PROPERTY
from botflow.flow.problems import Report
from botflow.flow.templates.plural_forms import forms_of
from botflow.flow.templates.template import field_references, is_template
from botflow.flow.templates.tokens import TemplateRefused, expressions
from botflow.flow.translating.spoken_texts import fallbacks
from botflow.flow.typed_document import Linked, LinkedNode
from botflow.languages.detection import can_detect


def check_translations(linked: Linked, report: Report) -> None:
    """Warn of what people would not get, or not in their language. A flow in one language has nothing to check."""
    document = linked.document
    if document.detect_language and not document.languages:
        report.warning("language.alone", "there is no other language to detect", ("detectLanguage",))
    elif document.detect_language and not can_detect():
        report.warning(
            "language.no_detector",
            "no language is detected: the library for it is not installed",
            ("detectLanguage",),
            hint="pip install 'botflow[languages]'",
        )
    for node in linked.nodes.values():
        for text in node.texts:
            _check_plural(text, _language_at(text, document.languages, document.language), report, node.id)
    for tag in document.languages:
        for node in linked.nodes.values():
            _check_missing(node, tag, report)
            _check_reads(node, tag, report)
        for path, texts in document.translated.items():
            if not set(fallbacks(tag)) & texts.keys() and path[0] not in ("interrupts", TEMPLATES):
                message = f"there is no {to_camel(str(path[0]))} in {tag}: it is said in {document.language}"
                report.warning("language.missing", message, (to_camel(str(path[0])),))


def _check_missing(node: LinkedNode, tag: str, report: Report) -> None:
    missing = node.translations[tag].missing
    if missing:
        count = "a text is" if len(missing) == 1 else f"{len(missing)} texts are"
        own = node.languages.own
        hint = f"write it as {{{own}: ..., {tag}: ...}}"
        if node.is_brought(missing[0].path):
            hint = f"write templates/{node.placed.properties[PROPERTY]}.{tag}.txt or .html beside the flow"
        report.warning(
            "language.missing",
            f"{node.id!r} speaks {own} to people who speak {tag}: {count} missing in {tag}",
            (*node.path, "properties", *node.path_of(missing[0].path)),
            hint=hint,
            node=node.id,
        )


def _check_reads(node: LinkedNode, tag: str, report: Report) -> None:
    """Warn of a translation that reads a value which the original does not read, or the other way round."""
    for original, translated in _pairs(node, tag):
        read, expected = _reads(translated), _reads(original)
        for name in sorted(read ^ expected):
            here, there = (tag, node.languages.own) if name in read else (node.languages.own, tag)
            report.warning(
                "language.variables",
                f"{node.id!r} reads {name} in {here}, and not in {there}",
                translated.path,
                node=node.id,
            )


def _pairs(node: LinkedNode, tag: str) -> Iterator[tuple[Text, Text]]:
    """Yield each text with its translation."""
    originals = {text.path: text for text in node.texts_in(node.languages.own)}
    for text in node.texts_in(tag):
        if text.spoken == "text" and (original := originals.get((*text.path[:-1], node.languages.own))) is not None:
            yield original, replace(text, path=(*node.path, "properties", *node.path_of(text.path)))


def _reads(text: Text) -> set[str]:
    try:
        outputs = {f"${node}.{field}" for node, field in field_references(text.text, bare=False)}
    except TemplateRefused:  # reported by another check
        return set()
    return variables_read(text) | outputs


def _language_at(text: Text, languages: tuple[str, ...], own: str) -> str:
    last = next((str(step) for step in reversed(text.path) if step in languages), own)
    return last if text.spoken else own


def _check_plural(text: Text, language: str, report: Report, node: str) -> None:
    """Warn of a form that the language has and the text has not: "2 pizza" would be said."""
    if not is_template(text.text) or "plural" not in text.text:
        return
    try:
        tags = list(expressions(text.text, bare=False))
    except TemplateRefused:
        return
    for words in tags:
        for position, word in enumerate(words):
            if word.text != "plural" or not position or words[position - 1].text != "|":
                continue
            given = {each.text for each, sign in itertools.pairwise(words) if sign.text == "="}
            missing = [form for form in forms_of(language) if form not in given]
            if missing and "other" in given:
                report.warning(
                    "template.plural_form",
                    f"plural has no form {' and '.join(missing)}, which {language} needs",
                    text.path,
                    node=node,
                )
