"""Everything that happens around a turn. Start reading in `conversation.py` (the fast path), then `advance.py` (the
queued path); `app.py` puts the parts together, `worker.py` and `tick.py` run what nobody asks for.
"""
