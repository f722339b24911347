"""Executions: how they start, what their steps are, what follows them. Start reading in `executions.py`."""
