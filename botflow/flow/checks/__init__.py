"""The checker's families of checks, one per file; each adds what it finds to a Report. `graph.py` is the simplest."""
