"""Nodes about the person of a conversation."""
