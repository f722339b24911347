"""Messages on their way out, and what may hold them back. Start reading in `sender.py`, then `send_gate.py`."""
