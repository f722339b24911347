"""How people go back and change an earlier answer. Start in `phrases.py` (what asks for it), then `rewind.py`."""
