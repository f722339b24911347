"""Messages in both directions, and the evidence about them. Start reading in `outbounds.py`."""
