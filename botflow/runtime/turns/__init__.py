"""From an inbound to its durable turn. Start reading in `receive.py` (the fast path), then `run.py` (the others)."""
