"""Performing the asks of nodes: models, actions, history. Start reading in `perform.py`."""
