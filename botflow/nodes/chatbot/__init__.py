"""Nodes that talk: say, ask, menu. Start reading in `say.py`; `ask.py` shows how a node waits."""
