"""What a process runs beside its requests: worker, tick, metrics, shedding of load. Start reading in `worker.py`."""
