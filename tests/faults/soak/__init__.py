"""A crowd that talks for a while over two servers and two workers while everything under them breaks.

Start in test_soak.py; conversation_model.py says what the conversations must hold, conversation_checks.py whether
they do.
"""
