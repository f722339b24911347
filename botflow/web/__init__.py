"""The HTTP contract: chat, providers' webhooks, health, the demo page. Start reading in `app.py`, then `chat.py`."""
