"""The checker: start in `check.py`. One file per family of checks; each adds what it finds to a Report."""
