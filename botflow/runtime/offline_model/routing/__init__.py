"""Choosing a route for a message. Start reading in `router.py`; `router_cache.py` keeps what was learnt."""
