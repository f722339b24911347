"""Days, times of day, moments, lengths of time."""
