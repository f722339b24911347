"""All SQL and all of Redis. Read `tables.py` first, then `database.py`; one file per store of `interfaces`.

The two hot stores (sessions, inbox) are written once for each database, the others once for both.
"""
