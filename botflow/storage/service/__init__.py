"""Statements of the service around the conversations. Each works on one organization, on the caller's connection."""
