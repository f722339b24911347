"""The doctor: finds conversations and runs that are stuck, says why, and mends what can be mended exactly.

Read `doctor.py` first: it walks the sessions. `checks.py` says what is wrong with one of them.
"""
