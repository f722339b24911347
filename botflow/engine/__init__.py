"""The pure engine: no clock, no randomness, no I/O. Start reading in `turn.py`: THE LOOP."""
