"""The rows of a new execution, in the caller's transaction. Start reading in `start.py`."""
