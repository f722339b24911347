"""The background work of a process: worker, tick, metrics, load shedding. Start reading in `worker.py`."""
