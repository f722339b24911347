"""Faults on purpose: processes that die, stop or lose their servers, and forged messages. Start in driver.py."""
