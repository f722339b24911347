"""Reading people's answers: one file per family, each a pure function of the expectation, the inbound and the language.

Start in `read_answer.py`. The libraries of the extra `answers` are imported inside the functions that use them; without
them digits, ISO dates and plain addresses are still understood.
"""
