"""Values in texts for Slack: shown as they are, so that no visitor's words become a mention or a hidden link.

https://docs.slack.dev/messaging/formatting-message-text#escaping
"""

from __future__ import annotations

from typing import Any

from botflow.engine.scene import Scene

# Where a text with one of these names is in Slack's markup. In texts of these types it is shown as it is.
_MARKED_UP = frozenset(("text", "pretext", "title", "value", "footer", "author_name", "fallback"))
_PLAIN = frozenset(("plain_text", "button", "text", "link"))


def escape(value: str) -> str:
    """Return words as Slack shows them: without this `<!channel>` calls everybody, and `<https://...|x>` hides where a
    link leads."""
    return value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def rendered_blocks(written: Any, scene: Scene, name: str = "", kind: object = None) -> Any:
    """Fill in the templates of blocks or attachments, with the values escaped where Slack reads its markup."""
    match written:
        case str():
            is_marked_up = name in _MARKED_UP and kind not in _PLAIN
            return scene.render_escaped(written, escape) if is_marked_up else scene.render(written)
        case dict():
            kind = written.get("type")
            return {key: rendered_blocks(each, scene, key, kind) for key, each in written.items()}
        case list() | tuple():
            return [rendered_blocks(each, scene, name, kind) for each in written]
    return written
