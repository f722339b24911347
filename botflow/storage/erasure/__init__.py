"""Erasing a person from every table, in small transactions; `work.py` has the order of it, read it first."""
