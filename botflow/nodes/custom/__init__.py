"""Node types that developers write as plain functions. Start reading in `action.py`."""
