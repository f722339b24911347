"""Redis, which may be lost at any time. Start reading in `redis.py`."""
