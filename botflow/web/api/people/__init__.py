"""Persons of an organization, over HTTP."""
