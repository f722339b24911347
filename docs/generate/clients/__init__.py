"""Writes the methods and types of the API's clients from its OpenAPI document; what sends the calls is written by hand.

description.py reads the document, python.py and javascript.py write; files.py says what belongs where.
"""
