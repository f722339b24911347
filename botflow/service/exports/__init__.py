"""Lists as files, CSV or JSON lines. Start reading in `exports.py`."""
