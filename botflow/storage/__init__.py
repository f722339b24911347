"""All SQL and all of Redis. Read `tables.py` first, then `database.py` and `engines/engine.py`; one file per store.

A session's turns and their leases are written once for each database, as text on the driver's connection (turns/): they
run for every message and every second. All other statements are written once for both, as functions of a SQLAlchemy
Connection.
"""
