"""What commands print and log. Start reading in `printing.py`; `banner.py` is what `serve` shows first."""
