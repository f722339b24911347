"""The HTTP interface: chat, webhooks, health, demo page. Start in `app.py`, `chat/messages.py`, `chat/saying.py`."""
