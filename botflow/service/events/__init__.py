"""Lifecycle events and the webhooks that get them."""
