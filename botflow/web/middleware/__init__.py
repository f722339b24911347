"""What is around every route."""
