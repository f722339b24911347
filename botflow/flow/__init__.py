"""Flows: documents, compiled graphs and their checker. Start reading in `graph.py`."""
