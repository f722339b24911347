"""The HTTP interface: chat, providers' webhooks, health, the widget.

Start in `app.py`, then `chat/messages.py` and `chat/saying.py`.
"""
