"""Persons of an organization: erasing them."""
