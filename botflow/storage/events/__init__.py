"""Lifecycle events: recorded, numbered, and read by their consumers. Read recording.py first, then sequencing.py."""
