"""Runs that begin at the times of a cron expression. Start reading in `schedules.py`."""
