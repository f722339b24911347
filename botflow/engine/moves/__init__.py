"""A waiting session moved from one version of its flow to another. Start reading in `move.py`."""
