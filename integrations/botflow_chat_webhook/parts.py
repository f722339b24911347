"""A message as words of the author and values in turn, until it is known which service takes it.

The turn fills in the templates, but the address of the webhook, which says the service, is a secret that only the
action gets. So values are kept apart, and the action escapes them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from botflow.engine.scene import Scene

# Two characters for private use stand around a value for a moment; values have none of them.
_BEGIN, _END = "\ue0f0", "\ue0f1"
_MARKS = re.compile(f"[{_BEGIN}{_END}]")


def _marked(value: str) -> str:
    return f"{_BEGIN}{_MARKS.sub('', value)}{_END}"


def parts_of(source: str, scene: Scene) -> list[str]:
    """Fill in a template: the words of the author are at even places, the values at odd ones."""
    return _MARKS.split(scene.render_escaped(_MARKS.sub("", source), _marked))


def joined(parts: Sequence[str], escape: Callable[[str], str]) -> str:
    """Return the whole text, with the values escaped."""
    return "".join(escape(part) if place % 2 else part for place, part in enumerate(parts)).strip()
