"""Documents as editors change them: one form, edits of nodes and edges, and the difference between two documents."""
