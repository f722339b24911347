"""Executions in the database: their start, log, lifecycle and effects. Start reading in `executions.py`."""
