"""Outbound messages in the database. Start reading in `outbox.py`, then `claim_due.py`."""
