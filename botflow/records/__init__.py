"""The rows that storage and runtime pass each other: frozen values, times aware UTC, JSON plain.

A file per noun; start reading in `sessions.py`, then `turns.py`.
"""
