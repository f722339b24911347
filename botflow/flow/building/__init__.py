"""Flows written in Python. Start reading in `flow.py`, which is public as `botflow.Flow`."""
