"""Talking to a flow in a terminal. Start reading in `chat_session.py`; `prompt.py` reads the lines."""
