"""Translations in PO files beside a flow: `shop.de.po` for `shop.yaml`. Start reading in `entries.py`.

A translation in such a file becomes a part of the document when the flow is read, as `{en: ..., de: ...}`. So a
published version holds its translations, and the engine knows one form only.
"""
