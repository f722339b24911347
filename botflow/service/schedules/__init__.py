"""The schedules that workflows declare. Start reading in `schedules.py`."""
