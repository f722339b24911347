"""Sessions, inbounds and turns in the database, a file per database. Start reading in `postgres_sessions.py`."""
