"""botflow inside another application: its factory, paths below a mount, the host's logging and stop signal."""
