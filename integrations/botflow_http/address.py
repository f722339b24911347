"""The address of a request. A value in it is one value: it changes neither the host nor the path's structure.

The scheme and the host are written in the flow; values may stand in the path and in the query, where they are
percent-encoded. Only an address that is one template and nothing else is taken whole: its author has it from elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from botflow.engine.node_type import NodeFailure

LONGEST = 8_000  # characters
_VALUE = re.compile(r"\{\{(?:(?!\}\}).)*\}\}", re.DOTALL)
_WEB = re.compile(r"https?://[A-Za-z0-9.:\[\]_-]+(?:[/?]|$)", re.IGNORECASE)
_DOTS = re.compile(r"(?:\.|%2e){1,2}", re.IGNORECASE)
HINT = "write https:// and the host in the flow; values may stand in the path and in the query"


def is_whole(source: str) -> bool:
    """Say whether an address is one template and nothing else."""
    return _VALUE.fullmatch(source.strip()) is not None


def fault_of(source: str) -> str | None:
    """Return what is wrong with an address as an author writes it."""
    written = source.strip()
    if is_whole(written):
        return None
    if "{%" in written or "{#" in written:
        return "an address has values by {{ ... }}, and no {% ... %}"
    skeleton = _VALUE.sub("x", written)
    if not _WEB.match(_VALUE.sub("{}", written)) or not skeleton.isprintable() or " " in skeleton or "#" in skeleton:
        return f"this is no address of the web: {HINT}"
    return None


def without_values(source: str) -> str:
    """Return an address with a letter for each value; "" for one that is a template and nothing else."""
    return "" if is_whole(source) else _VALUE.sub("x", source.strip())


def rendered_address(source: str, render: Callable[[str], Any]) -> str:
    """Return the address with its values; NodeFailure `http.url` if a value cannot stand there.

    `render` gives the value of one `{{ expression }}`.
    """
    written = source.strip()
    if is_whole(written):
        return _whole(render(written))
    pieces: list[str] = []
    end = 0
    for found in _VALUE.finditer(written):
        pieces.append(written[end : found.start()])
        is_query = "?" in "".join(pieces)
        pieces.append(_encoded(found.group(), render(found.group()), may_be_empty=is_query))
        end = found.end()
    address = "".join((*pieces, written[end:]))
    if end and any(_DOTS.fullmatch(segment) for segment in address.partition("?")[0].split("/")[3:]):
        raise NodeFailure("a value makes a part of the path . or .., which leads to another path", code="http.url")
    return _bounded(address)


def text_of(value: Any) -> str | None:
    """Return a value as an address and a form have it; None for an object or a list."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case str() | int() | float():
            return str(value)
        case _:
            return None


def _encoded(tag: str, value: Any, *, may_be_empty: bool) -> str:
    text = text_of(value)
    if text is None:
        raise NodeFailure(f"{tag} is an object or a list, and an address takes a text or a number", code="http.url")
    if not text and not may_be_empty:
        raise NodeFailure(f"{tag} is empty: the path would be that of something else", code="http.url")
    return quote(text.encode("utf-8", "replace"), safe="")


def _whole(value: Any) -> str:
    fault = "it is no text" if not isinstance(value, str) else fault_of(value.replace("{", "%7B"))
    if fault is not None:
        raise NodeFailure(f"the address: {fault}", code="http.url")
    return _bounded(value.strip())


def _bounded(address: str) -> str:
    if len(address) > LONGEST:
        raise NodeFailure(f"the address has more than {LONGEST:,} characters", code="http.url")
    return address
