"""Credentials: named sets of secret fields, and the workflows that use them."""
