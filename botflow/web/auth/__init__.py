"""Who calls, and with which rights. Start reading in `callers.py`."""
