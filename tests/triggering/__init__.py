"""Starting workflows from an application, on both databases."""
