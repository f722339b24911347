"""Alembic's scripts. HEAD is the newest revision, so that a server can see that nothing is to do without alembic."""

HEAD = "0003"
VERSION_TABLE = "botflow_version"
