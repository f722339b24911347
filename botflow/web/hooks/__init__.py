"""Webhooks that start workflows: what may come in, and whether its sender signed it."""
