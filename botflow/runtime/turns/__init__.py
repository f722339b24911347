"""From an inbound to its durable turn. Start reading in `receive.py` (the fast path), then `advance.py` (the queue)."""
