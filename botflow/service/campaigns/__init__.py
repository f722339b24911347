"""The campaigns that workflows declare. Start reading in `campaigns.py`."""
