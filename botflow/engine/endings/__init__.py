"""How turns and executions end: early, in good order, and without a visit to any node."""
