"""Erasing persons in the background: the steps of the database, caches, providers, and the signed receipt."""
