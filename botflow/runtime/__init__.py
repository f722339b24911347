"""Everything that happens around a turn. Start reading in `turns/receive.py` (the fast path), then `turns/run.py` (the
accepted path); `app.py` assembles the parts, `process/worker.py` and `process/tick.py` run the background work.
"""
