"""The rows of a fork: its history, and the answers and messages that it repeats. Start reading in `forks.py`."""
