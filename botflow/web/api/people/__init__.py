"""The people of an organization over HTTP: contacts, and the erasure of a person."""
