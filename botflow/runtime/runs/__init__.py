"""Executions: their start, their steps, and their effects. Start reading in `executions.py`."""
