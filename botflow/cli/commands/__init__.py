"""One file per command, all of them thin. Start reading in `serve.py`."""
