"""The chat that visitors use: messages, event stream, history, demo page. Start reading in `messages.py`."""
