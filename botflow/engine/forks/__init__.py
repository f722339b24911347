"""Forks: an earlier state of an execution, rebuilt exactly from what is stored, as the beginning of another one."""
