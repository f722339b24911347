"""A deployment in memory and its parts. Start reading in `deployment.py`."""
