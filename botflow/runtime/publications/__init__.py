"""Sessions that a publication moves to its version, and back. Start reading in `mover.py`."""
