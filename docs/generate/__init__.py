"""Writes the tables of the reference from the code: `python -m docs.generate`. A test compares them.

A page of docs/reference is prose with generated parts, each between `<!-- generated: NAME -->` and `<!-- end -->`.
"""
