"""The chat that visitors use: messages, event stream, history. Start reading in `messages.py`."""
