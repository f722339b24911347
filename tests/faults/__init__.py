"""Faults on purpose: processes that die or lose their servers, and forged messages. Start in servers_that_die.py."""
