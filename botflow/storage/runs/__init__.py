"""Executions in the database: their start, log, life cycle and effects. Start reading in `executions.py`."""
