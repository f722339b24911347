"""Small edits to a document's text that leave the rest as its author wrote it: comments, order, quotes, sugar."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.util import load_yaml_guess_indent

from botflow.flow.reading.source import Reading

_NEVER_WRAP = 1_000_000


def with_positions(reading: Reading, positions: Mapping[str, tuple[float, float]]) -> str:
    """Return the text with `position` of the named nodes set; unknown ids are ignored."""
    if reading.is_json:
        plain = json.loads(reading.text)
        _place(plain, positions, dict)
        return json.dumps(plain, indent=2, ensure_ascii=False) + "\n"
    indent, offset = _indentation(reading.text)
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = _NEVER_WRAP
    yaml.indent(mapping=indent, sequence=indent + offset, offset=offset)
    tree = yaml.load(reading.text)
    _place(tree, positions, _flow_map)
    written = io.StringIO()
    yaml.dump(tree, written)
    return written.getvalue()


def _indentation(text: str) -> tuple[int, int]:
    """Return the blanks before a nested key, and before the dash of a list under `nodes`."""
    _, indent, offset = load_yaml_guess_indent(text)
    return (indent or 2) - (offset or 0) or 2, offset or 0


def _place(tree: Any, positions: Mapping[str, tuple[float, float]], made: Any) -> None:
    for node in tree["nodes"]:
        spot = positions.get(str(node["id"]))
        if spot is not None:
            node["position"] = made({"x": spot[0], "y": spot[1]})


def _flow_map(values: Mapping[str, float]) -> CommentedMap:
    mapping = CommentedMap(values)
    mapping.fa.set_flow_style()
    return mapping
