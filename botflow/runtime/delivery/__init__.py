"""Outbound messages, and the checks before they are sent. Start reading in `sender.py`, then `send_gate.py`."""
