"""Executions as operators see them, and what they used."""
