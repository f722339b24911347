"""Executions: lists, one with what belongs to it, changes by an operator, and what they cost."""
