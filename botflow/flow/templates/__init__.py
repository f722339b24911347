"""The template language and its bounds. Start reading in `template.py`; `grammar.py` says what is allowed."""
