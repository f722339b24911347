"""How people go back and change an earlier answer. Start in `phrases.py` (how they ask for it), then `rewind.py`."""
