"""botflow."""
