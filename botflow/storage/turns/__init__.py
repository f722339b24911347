"""Sessions, inbounds and turns in the database, a file per database. Start reading in `store.py`."""
