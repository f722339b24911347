"""A crowd that talks for a while over two servers and two workers while everything under them breaks.

Start in test_soak.py; expected.py says what the conversations must hold, verdict.py whether they do.
"""
