"""The output and the logs of commands. Start reading in `printing.py`; `banner.py` is what `serve` shows first."""
