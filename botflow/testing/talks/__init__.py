"""One person's conversation as a test holds it. Start reading in `talk.py`; each other file is one kind of method."""
