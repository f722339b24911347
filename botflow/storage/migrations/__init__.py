"""Alembic's scripts. HEAD is the newest revision: by it a server knows without alembic that its schema is current."""

HEAD = "0029"
VERSION_TABLE = "botflow_version"
