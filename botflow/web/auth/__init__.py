"""Callers and their rights. Start reading in `callers.py`."""
