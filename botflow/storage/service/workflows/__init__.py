"""Workflows as editors see them: drafts, versions, publications and canaries."""
