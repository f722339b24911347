"""Calls about persons."""
