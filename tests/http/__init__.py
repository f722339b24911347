"""The HTTP integration: requests of flows, against real servers on this machine."""
