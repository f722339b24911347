"""All that begins an execution or a conversation. Start reading in `start.py`."""
