"""All SQL and all of Redis. Read `tables.py` first, then `database.py` and `engines/engine.py`; one file per store.

A session's turns and their leases are written once for each database, as text on the driver's connection (turns/): they
are what every message and every second runs. Everything else is written once for both, as functions of a SQLAlchemy
Connection.
"""
