"""Connections to Postgres and SQLite, and what differs between them. Start reading in `engine.py`."""
