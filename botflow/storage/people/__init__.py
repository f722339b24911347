"""People: their addresses, fields and groups, as the service reads and changes them."""
