"""Control flow and data: loops, branches that run in parallel, subflows, waits. Start reading in `set_and_end.py`."""
