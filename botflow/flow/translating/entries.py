"""The texts of a flow that are translated, each with a key that stays the same when the flow grows.

`dish.options[soup].label` is the label of the option `soup` of the node `dish`: list items are named by their ids,
equal ones by a number besides: `#2`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pydantic.alias_generators import to_camel

from botflow.flow.document import SPOKEN, SPOKEN_IN_INTERRUPTS
from botflow.flow.fields import Speech, texts
from botflow.flow.problems import Path
from botflow.flow.translating.node_translations import needs_words
from botflow.flow.translating.spoken_texts import fallbacks
from botflow.flow.typed_document import Linked, LinkedNode

_NAMES = ("id", "name", "handle")
_BETWEEN = "\n"  # words of a list


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One text, or one list of words with a line for each. `path` leads to it in the document, `translations` are those
    that the document holds, by their languages."""

    key: str
    path: Path
    kind: Speech
    text: str
    translations: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_needed(self) -> bool:
        """Say whether people miss it: other words for an option may be missing."""
        return self.kind != "words"


def entries(linked: Linked) -> list[Entry]:
    """Return what is to be translated, in the order of the document."""
    seen: Counter[str] = Counter()
    found = []
    for entry in (*_of_document(linked), *(entry for node in linked.nodes.values() for entry in _of_node(node))):
        seen[entry.key] += 1
        times = seen[entry.key]
        found.append(entry if times == 1 else replace(entry, key=f"{entry.key}#{times}"))  # equal buttons
    return found


def words_of(text: str) -> list[str]:
    """Return the words of a list that is written with a line for each."""
    return [word.strip() for word in text.split(_BETWEEN) if word.strip()]


def _of_document(linked: Linked) -> Iterator[Entry]:
    document = linked.document
    for name in SPOKEN:
        text = getattr(document, name)
        if text and needs_words(text):
            others = _others(document.translated.get((name,), {}), document.language)
            yield Entry(key=to_camel(name), path=(to_camel(name),), kind="text", text=text, translations=others)
    for position, interrupt in enumerate(document.interrupts):
        for name in SPOKEN_IN_INTERRUPTS:
            if words := getattr(interrupt, name):
                path: Path = ("interrupts", position, name)
                others = _others(document.translated.get(path, {}), document.language)
                key = f"interrupts[{interrupt.id}].{name}"
                yield Entry(key=key, path=path, kind="words", text=_BETWEEN.join(words), translations=others)


def _others(written: Mapping[str, Any], own: str) -> dict[str, str]:
    return {tag: text if isinstance(text, str) else _BETWEEN.join(text) for tag, text in written.items() if tag != own}


def _of_node(node: LinkedNode) -> Iterator[Entry]:
    translated = {tag: _written(node, tag) for tag in node.translations}
    for path, (kind, text) in _texts(node.properties).items():
        if not needs_words(text) or node.is_brought(path):  # templates are translated in files of their own
            continue
        yield Entry(
            key=f"{node.id}{_key(node.properties, path)}{'.label' if kind == 'choice' else ''}",
            path=(*node.path, "properties", *path),
            kind=kind,
            text=text,
            translations={tag: found[path] for tag, found in translated.items() if path in found},
        )


def _texts(properties: Any) -> dict[Path, tuple[Speech, str]]:
    """Return the spoken texts by their paths; the words of a list together."""
    found: dict[Path, tuple[Speech, str]] = {}
    for text in texts(properties):
        if text.spoken == "words":
            path = text.path[:-1]
            before = f"{found[path][1]}{_BETWEEN}" if path in found else ""
            found[path] = ("words", before + text.text)
        elif text.spoken and text.text:
            found[text.path] = (text.spoken, text.text)
    return found


def _written(node: LinkedNode, tag: str) -> dict[Path, str]:
    """Return the texts that the document holds in a language, by the paths of the originals."""
    return {
        path: text
        for path, (_, text) in _texts(node.translations[tag].properties).items()
        if node.tag_at(path, tag) in tuple(fallbacks(tag))
    }


def _key(properties: Any, path: Path) -> str:
    """Return a path as text; items of lists by their ids, as far as they have any."""
    held: Any = properties.model_dump(mode="python", by_alias=True)
    written = ""
    for step in path:
        held = held[step]
        if not isinstance(step, int):
            written += f".{step}"
            continue
        names = (held.get(name) for name in _NAMES) if isinstance(held, Mapping) else (held,)
        written += f"[{next((name for name in names if isinstance(name, str) and name), step)}]"
    return written
