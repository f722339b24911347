"""Everything that happens around a turn. Start reading in `turns/receive.py` (the fast path), then `turns/advance.py`
(the queued path); `app.py` puts the parts together, `process/worker.py` and `process/tick.py` run what nobody asks for.
"""
