"""One file per revision, oldest first; a released one never changes."""
