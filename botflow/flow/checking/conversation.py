"""Checks of conversations: no trigger, words that a provider answers itself, single runs that would have to wait."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from botflow.flow.checking.keywords import check_keywords
from botflow.flow.problems import Path, Report
from botflow.flow.templates.template import is_template
from botflow.flow.typed_document import Linked

WordsAnswered = Mapping[str, frozenset[str]]  # by channel, in lower case: what its provider answers itself
NOBODY_ANSWERS: WordsAnswered = MappingProxyType({})


def check_conversation(linked: Linked, report: Report, *, waits: Mapping[str, bool], answered: WordsAnswered) -> None:
    """Check the triggers, the interrupts and the execution mode."""
    has_unknown_nodes = len(linked.nodes) < len(linked.document.nodes)
    if not linked.triggers and not has_unknown_nodes:
        hint = "add a node of type chatbot.message_received"
        report.error("flow.no_trigger", "no node starts this workflow", ("nodes",), hint=hint)
    _check_interrupts(linked, report, answered)
    if is_template(linked.document.apology or ""):
        hint = "say it without {{ }}"
        report.warning(
            "apology.template", "the apology is said as it is written: it is not a template", ("apology",), hint=hint
        )
    if linked.document.execution_mode == "single":
        for node in linked.triggers:
            if node.spec.needs_person:
                report.error(
                    "single.person",
                    f"{node.id!r} starts a conversation with a person, and a single run has none",
                    (*node.path, "id"),
                    hint="use executionMode: persistent",
                    node=node.id,
                )
        for node in linked.nodes.values():
            if waits.get(node.id, False):
                report.error(
                    "single.waits",
                    f"{node.id!r} waits for a message, and a single run cannot wait",
                    (*node.path, "id"),
                    hint="use executionMode: persistent",
                    node=node.id,
                )


def _check_interrupts(linked: Linked, report: Report, answered: WordsAnswered) -> None:
    takes_messages = any(node.placed.action_type == "message_received" for node in linked.triggers)
    check_keywords(linked.document.interrupts, report)
    seen: set[str] = set()
    for position, interrupt in enumerate(linked.document.interrupts):
        path: Path = ("interrupts", position)
        if interrupt.id in seen:
            report.error("interrupt.duplicate_id", f"two interrupts have the id {interrupt.id!r}", (*path, "id"))
        seen.add(interrupt.id)
        if not (interrupt.match or interrupt.pattern or interrupt.intent or interrupt.examples):
            hint = "give it match, pattern, intent or examples"
            report.error("interrupt.empty", f"nothing leads to the interrupt {interrupt.id!r}", path, hint=hint)
        target = linked.nodes.get(interrupt.target)
        if target is not None and target.is_trigger:
            report.error("edge.into_trigger", f"{target.id!r} is a trigger", (*path, "target"))
        if takes_messages:
            _check_words(interrupt.match, path, report, answered)


def _check_words(match: Sequence[str], path: Path, report: Report, answered: WordsAnswered) -> None:
    """Warn of words that never arrive on some channel."""
    for place, word in enumerate(match):
        channels = [channel for channel, words in answered.items() if word.strip().casefold() in words]
        if channels:
            report.warning(
                "interrupt.provider_word",
                f"on {' and '.join(channels)} the provider answers {word!r} itself: it never reaches this workflow",
                (*path, "match", place),
                hint="add another word for people who write from a phone",
            )
