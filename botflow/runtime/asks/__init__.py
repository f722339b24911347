"""Performing what a node needs from the world: models, actions, history. Start reading in `perform.py`."""
