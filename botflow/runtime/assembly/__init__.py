"""The parts of a running process, in the order of their dependencies: base, delivery, turns, runs, background."""
