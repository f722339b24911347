"""The chat on web pages: `botflow-chat.js`, a client of the chat, and the widget that uses it.

`source/` holds plain ES modules, typed by JSDoc, and `static/` what `python -m docs.generate.widget` builds of them. It
is committed, so an installation needs no Node.js. Read source/botflow-chat.js first.
"""

from botflow.plugins import Plugin

__all__ = ["plugin"]

plugin = Plugin(name="widget")
