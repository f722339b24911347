"""The chat on web pages: the widget's files, how a workflow looks, and pages of the chat alone. Start in `pages.py`."""
