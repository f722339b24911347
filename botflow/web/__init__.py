"""The HTTP interface: chat, webhooks, health, the demo page. Start in `app.py`, then `chat/messages.py`."""
