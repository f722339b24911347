"""Deleting what is over: how long each organization keeps it, and the statements. Read prune.py first."""
