"""Conversations that begin because of a date in a contact's fields. Start reading in `campaigns.py`."""
