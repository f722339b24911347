"""Tells lifecycle events: to webhooks and to observers of plugins. Read teller.py first."""
