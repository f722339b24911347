"""Who may call: keys and people."""
