"""Redaction: masks secrets wherever text leaves the code that may know them. Read redactor.py first.

forms.py lists the encodings of a secret that are found, known_secrets.py the secrets of a process. Nothing here logs.
"""
