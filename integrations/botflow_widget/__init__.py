"""The chat on web pages: `botflow-chat.js`, a client of the chat, and the widget that uses it.

`source/` holds plain ES modules, typed by JSDoc; `static/` what `python -m docs.generate.widget` builds of them. The
built files are committed, so an installation needs no Node.js. Read source/botflow-chat.js first, then
source/widget/loader.js.
"""

from pathlib import Path

from botflow.plugins import Plugin

__all__ = ["plugin"]

plugin = Plugin(name="widget", chat_widget=Path(__file__).parent / "static")
