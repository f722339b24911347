"""Nodes that a run starts at. Start reading in `messages.py`, then `runs.py`."""
