"""Nodes where an execution starts. Start reading in `messages.py`, then `runs.py`."""
