"""The flows of the examples, of the ports of other people's flows, and of the documentation's blocks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from botflow.flow.document import parse

ROOT = Path(__file__).parents[3]
BLOCK = re.compile(r"^```yaml\n(# [\w.-]+\.yaml\n.*?)^```", re.MULTILINE | re.DOTALL)
PROVIDERS = ("http", "email", "slack", "chat.webhook", "record", "contact.lookup", "verify")  # what leaves the process
Document = Mapping[str, Any]


def flow_files() -> Iterator[tuple[str, list[Document]]]:
    """Yield a name and the documents of each flow that needs no provider, beside the other flows of its page."""
    for file in sorted([*ROOT.glob("examples/*.yaml"), *ROOT.glob("tests/ported_flows/*.yaml")]):
        document = _document(file.read_text(encoding="utf-8"), file.name)
        if _needs_no_provider(document):
            yield file.name, [document]
    for page in sorted(ROOT.glob("docs/*.md")):
        written = [block for block in BLOCK.findall(page.read_text(encoding="utf-8")) if "\nnodes:" in block]
        flows = {document["id"]: document for document in (_document(block, page.name) for block in written)}
        for name, document in flows.items():
            if all(map(_needs_no_provider, flows.values())):
                yield f"{page.name} {name}", [document, *(each for each in flows.values() if each is not document)]


def _document(text: str, name: str) -> Document:
    source = parse(text, name=name)
    return {**source.to_json(), "id": source.document.id}


def _needs_no_provider(document: Document) -> bool:
    kinds = {f"{node['type']}.{node['actionType']}" for node in document["nodes"]}
    return not any(kind.startswith(PROVIDERS) for kind in kinds)
