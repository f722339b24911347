"""The record nodes, on an application's tables in Postgres and in SQLite. Its shop is in `shop.py`."""
