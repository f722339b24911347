"""The rows of campaigns: whom each one looks at, and what each date has led to. Start reading in `campaigns.py`."""
