"""Workflows: their drafts, nodes and edges, their versions, and how a draft is published."""
