"""Reading values out of a message, for `ai.extract`. Start reading in `values.py`."""
