"""Executions over HTTP: lists, changes, forks, usage."""
